/** Two small charts as one SVG: packets per second against varying fields, and what a packet costs against streams. */

const [WIDTH, HEIGHT, MARGIN] = [420, 300, 56]
const COLOURS = { nmgen: '#0b6', testpmd: '#d33', limit: '#888' }

const seriesOf = name => name.match(/^(testpmd|limit)/)?.[1] ?? 'nmgen'
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${words}</text>`

function axes(title, ticks, top, unit) {
  const [right, bottom] = [WIDTH - 16, HEIGHT - MARGIN]
  const marks = ticks.map(({ x, label }) => text(x, bottom + 16, label, 'text-anchor="middle"'))
  const heights = [0, top / 2, top].map(value => {
    const y = bottom - (value / top) * (bottom - 40)
    const words = text(MARGIN - 6, y + 4, Number(value.toPrecision(3)), 'text-anchor="end"')
    return `<line x1="${MARGIN}" x2="${right}" y1="${y}" y2="${y}" stroke="#ddd"/>${words}`
  })
  return [text(MARGIN, 20, `${title}, ${unit}`, 'font-weight="bold"'), ...heights, ...marks].join('')
}

/** `points`: { x, label, series, median, min, max }, x from 0 to 1. */
function chart({ title, unit, points, left }) {
  const top = Math.max(...points.map(({ max }) => max)) * 1.05
  const across = x => MARGIN + 20 + x * (WIDTH - MARGIN - 56)
  const up = value => HEIGHT - MARGIN - (value / top) * (HEIGHT - MARGIN - 40)
  const ticks = points.map(({ x, label }) => ({ x: across(x), label }))
  const body = points.map(({ x, series, median, min, max }) => {
    const colour = COLOURS[series]
    const range = `<line x1="${across(x)}" x2="${across(x)}" y1="${up(min)}" y2="${up(max)}" stroke="${colour}"/>`
    return `${range}<circle cx="${across(x)}" cy="${up(median)}" r="4" fill="${colour}"/>`
  })
  const ours = points.filter(({ series }) => series === 'nmgen')
  const way = ours.map(({ x, median }) => `${across(x)},${up(median)}`).join(' ')
  const line = `<polyline points="${way}" fill="none" stroke="${COLOURS.nmgen}"/>`
  return `<g transform="translate(${left} 0)">${axes(title, ticks, top, unit)}${line}${body.join('')}</g>`
}

const legend = Object.entries(COLOURS)
  .map(([name, colour], k) => text(MARGIN + k * 90, HEIGHT - 8, `● ${name}`, `fill="${colour}"`))
  .join('')

/** `rows`: { name, fields?, streams?, pps } with pps as { median, min, max }. */
export function plot(rows) {
  const byFields = rows
    .filter(({ fields }) => fields !== undefined)
    .map(({ name, fields, pps: { median, min, max } }) => ({
      ...{ x: fields / 4, label: String(fields), series: seriesOf(name) },
      ...{ median: median / 1e6, min: min / 1e6, max: max / 1e6 },
    }))
  const byStreams = rows
    .filter(({ streams }) => streams !== undefined)
    .map(({ name, streams, pps: { median, min, max } }) => ({
      ...{ x: Math.log10(streams) / 4, label: streams.toLocaleString('en'), series: seriesOf(name) },
      ...{ median: 1e9 / median, min: 1e9 / max, max: 1e9 / min },
    }))
  const charts = [
    chart({ title: 'Rate against varying fields', unit: 'Mpps', points: byFields, left: 0 }),
    chart({ title: 'Cost against streams', unit: 'ns a packet', points: byStreams, left: WIDTH }),
  ]
  const size = `width="${2 * WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${charts.join('')}${legend}</svg>\n`
}

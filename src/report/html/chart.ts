/** Charts as static SVG: the page has no script, so it opens everywhere, for ever, and can be sent by mail. */
import { quoted } from './markup.js'
import type { Scale } from './scale.js'

export const WIDTH = 720
export const HEIGHT = 240
const MARGIN = { left: 76, right: 16, top: 12, bottom: 40 }

export const ACROSS = [MARGIN.left, WIDTH - MARGIN.right] as const
/** Upwards, as values grow. */
export const UP = [HEIGHT - MARGIN.bottom, MARGIN.top] as const

/** Of the palette in style.ts. */
export const COLOURS = 6

export interface Axis {
  scale: Scale
  title: string
  write(value: number): string
}

export interface Line {
  /** Empty: one of many that the line before has named. */
  name: string
  points: readonly (readonly [x: number, y: number])[]
  /** Of the palette in style.ts, from 1. */
  colour: number
  dashed?: boolean
  /** Drawn first and broad, so that one that covers it is seen to do so. */
  broad?: boolean
}

/** `inside` lies between the grid and the axes. */
export function frame(title: string, described: string, x: Axis, y: Axis, inside: string): string {
  const grid = y.scale.ticks
    .map(tick => [tick, round(y.scale(tick))] as const)
    .map(
      ([tick, at]) =>
        `<line class="grid" x1="${ACROSS[0]}" x2="${ACROSS[1]}" y1="${at}" y2="${at}"/><text class="tick" x="${ACROSS[0] - 6}" y="${at}" dy="0.32em" text-anchor="end">${quoted(y.write(tick))}</text>`,
    )
  const below = x.scale.ticks.map(
    tick =>
      `<text class="tick" x="${round(x.scale(tick))}" y="${UP[0] + 16}" text-anchor="middle">${quoted(x.write(tick))}</text>`,
  )
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${quoted(`${title}: ${described}`)}">`,
    `<title>${quoted(title)}</title>`,
    ...grid,
    ...below,
    inside,
    `<text class="title" x="${(ACROSS[0] + ACROSS[1]) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${quoted(x.title)}</text>`,
    `<text class="title" transform="translate(12 ${(UP[0] + UP[1]) / 2}) rotate(-90)" text-anchor="middle">${quoted(y.title)}</text>`,
    '</svg>',
  ].join('')
}

export function lineChart(title: string, x: Axis, y: Axis, lines: readonly Line[]): string {
  const drawn = lines.map(({ points, colour, dashed, broad }) => {
    const path = points.map(([px, py]) => `${round(x.scale(px))},${round(y.scale(py))}`).join(' ')
    return `<polyline class="line c${colour}${dashed ? ' dashed' : ''}${broad ? ' broad' : ''}" points="${path}"/>`
  })
  const named = lines.filter(({ name }) => name !== '')
  const names = named.map(({ name }) => name).join(', ')
  return `<figure>${frame(title, names, x, y, drawn.join(''))}${legend(title, named)}</figure>`
}

const legend = (title: string, lines: readonly Line[]): string =>
  `<figcaption>${quoted(title)}${lines
    .map(({ name, colour }) => ` <span class="key k${colour}">${quoted(name)}</span>`)
    .join('')}</figcaption>`

/** A tenth of a point is finer than any screen. */
export const round = (value: number): number => Math.round(value * 10) / 10

/** The logs of histograms are read by HdrHistogram's own reader, and give the percentiles that nmgen reports of them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { whyNoTool } from '../lab/tools.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

/** Of Debian's libhdrhistogram-java. */
const READER = '/usr/share/java/hdrhistogram.jar'

const reason =
  ((await whyNoTool('java')) && 'there is no Java') ??
  (existsSync(READER) ? undefined : 'HdrHistogram for Java is not installed (make setup)')

type Row = readonly number[]

/** Value, percentile and count of each line; in a footer the mean, the maximum and the number of all. */
function table(text: string) {
  const rows = [...text.matchAll(/^ *([\d.]+) +([01]\.\d+) +(\d+)/gm)].map(
    (line): Row => line.slice(1).map(Number),
  )
  const footer = (name: string) => Number(text.match(new RegExp(`${name} *= *([\\d.]+)`))?.[1])
  return { rows, mean: footer('Mean'), max: footer('Max'), count: footer('Total count') }
}

async function readByJava(file: string, tag: string) {
  // Values are divided by this: microseconds, as nmgen writes them.
  const args = ['-i', file, '-tag', tag, '-outputValueUnitRatio', '1000']
  const { stdout } = await execa('java', ['-cp', READER, 'org.HdrHistogram.HistogramLogProcessor', ...args])
  return table(stdout)
}

it('the percentiles of a log are those that its own reader finds', async ctx => {
  if (reason) ctx.skip(reason)
  await inFolder(async folder => {
    const out = join(folder, 'run')
    // Several intervals, so that its lines must be added up.
    const args = ['--rate', '20kpps', '--duration', '1500ms', '--set', 'expect=[]', '--out', out]
    const { result } = await runJson(['profiles/udp-64b.yaml', ...args, '--quiet'])
    const { stdout } = await nmgen(['report', out, '--format', 'hgrm'])
    const [wanted, found] = [table(stdout), await readByJava(join(out, 'latency.hlog'), 'udp')]
    expect(found.rows.length).toBeGreaterThan(10)
    expect(found).toEqual(wanted)
    expect(found.count).toBe(result.metrics.latency_count)
    for (const kind of ['schedule', 'lateness'] as const)
      expect((await readByJava(join(out, `${kind}.hlog`), 'udp')).count).toBe(result.metrics[`${kind}_count`])
  })
}, 40_000)

import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { checked, parseScalar, type Report } from './problem.js'

const json = {
  description: 'CPUs for the workers: TX queues first, then RX queues.',
  anyOf: [
    { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 },
    { type: 'string', pattern: '^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$', examples: ['1-3,5'] },
    { type: 'integer', minimum: 0 },
  ],
}

export const cores = checked<readonly number[]>(json, (input, report) =>
  Array.isArray(input) ? parseList(input, report) : parseScalar(input, parseCores, report, []),
)

/** `1-3,5`, as taskset(1) and the kernel's cpulist write it; also what `--cores` takes. */
export function parseCores(text: string): Parsed<readonly number[]> {
  const all: number[] = []
  for (const part of text.split(',')) {
    const ends = /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part)
    if (!ends)
      return refuse('bad-value', `\`${text}\` is not a list of CPUs`, 'write `1-3,5` or `[1, 2, 3, 5]`')
    const [low, high] = [Number(ends[1]), Number(ends[2] ?? ends[1])]
    if (low > high)
      return refuse('reversed-range', `\`${part}\` runs backwards`, `did you mean \`${high}-${low}\`?`)
    for (let cpu = low; cpu <= high; cpu++) all.push(cpu)
  }
  const twice = all.find((cpu, i) => all.indexOf(cpu) !== i)
  if (twice === undefined) return parsed(all)
  return refuse('bad-value', `CPU ${twice} is named twice`, 'each worker spins on a CPU of its own')
}

function parseList(input: readonly unknown[], report: Report): readonly number[] | undefined {
  const cpus = input.map((item, i) => parseScalar(item, text => parseInteger(text, 13), report, [i]))
  if (cpus.some(cpu => cpu === undefined)) return undefined
  return parseScalar(cpus.join(','), parseCores, report, [])
}

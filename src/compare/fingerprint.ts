/** What must be the same for two results to be compared: else the difference may be the machine's. */
import type { Result } from '../stats/result.js'

export interface Difference {
  what: string
  /** All values that the runs of one side have. */
  base: readonly string[]
  current: readonly string[]
}

/** What a user changes on purpose to compare it, where both sides ran in turn on one machine. */
const SUBJECTS = /^(nmgen$|profile|captures|port |queues)/

type Facts = Map<string, string>

/** Everything that decides what a run can reach. Not the host's name: a container has another one each time. */
export function fingerprint({ environment, profile, ports, queues }: Result): Facts {
  const { nmgen, kernel, arch, cpu_model, cpus, cpus_isolated, cpu_quota, numa_nodes } = environment
  const { governor, clock_source, hugepages, virtual_machine, container } = environment
  // biome-ignore format: one list
  const machine = {
    nmgen, kernel, arch, cpu_model, cpus, cpus_isolated, cpu_quota, numa_nodes,
    governor, clock_source, virtual_machine, container,
    hugepages: hugepages.map(({ size_bytes, total }) => ({ size_bytes, total })),
  }
  const facts: [string, unknown][] = Object.entries(machine)
  for (const port of ports)
    facts.push([
      `port ${port.name}`,
      { ...port.facts, uri: port.uri, backend: port.backend, link_bps: port.link_bps },
    ])
  facts.push([
    'queues',
    queues.map(({ direction, port, queue, cpu }) => `${direction} ${port}:${queue} on ${cpu}`),
  ])
  facts.push(['profile', sending(profile.resolved)], ['profile seed', profile.seed])
  facts.push(['captures', profile.captures.map(({ sha256 }) => sha256)])
  return new Map(facts.map(([what, value]) => [what, text(value)]))
}

// What is expected of a run does not change it.
function sending(resolved: unknown): unknown {
  if (typeof resolved !== 'object' || resolved === null) return resolved
  const { expect: _, name: __, ...rest } = resolved as Record<string, unknown>
  return rest
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Empty: all runs are of one kind. `interleaved` leaves out what is compared on purpose. */
export function differencesBetween(
  base: readonly Result[],
  current: readonly Result[],
  interleaved: boolean,
): Difference[] {
  const sides = [base, current].map(runs => runs.map(fingerprint)) as [Facts[], Facts[]]
  const names = new Set(sides.flat().flatMap(facts => [...facts.keys()]))
  return [...names]
    .filter(what => !(interleaved && SUBJECTS.test(what)))
    .map(what => ({ what, base: valuesOf(sides[0], what), current: valuesOf(sides[1], what) }))
    .filter(({ base, current }) => new Set([...base, ...current]).size > 1)
}

const valuesOf = (runs: readonly Facts[], what: string): string[] => [
  ...new Set(runs.map(facts => facts.get(what) ?? 'absent')),
]

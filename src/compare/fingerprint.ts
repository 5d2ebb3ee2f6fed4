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
export function fingerprint({ environment, profile, ports, queues, rate_changes = [] }: Result): Facts {
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
  facts.push(['rate changed by hand', rate_changes.map(({ t_s, factor }) => `${factor} from ${t_s} s`)])
  facts.push(['captures', profile.captures.map(({ sha256 }) => sha256)])
  return new Map(facts.map(([what, value]) => [what, text(value)]))
}

// What is expected of a run does not change it.
function sending(resolved: unknown): unknown {
  if (typeof resolved !== 'object' || resolved === null) return resolved
  const { expect: _, name: __, ...rest } = resolved as Record<string, unknown>
  return rest
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')

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
    .filter(isDifferent)
    .flatMap(difference => (difference.what === 'profile' ? insideProfile(difference) : [difference]))
}

const isDifferent = ({ base, current }: Difference): boolean => new Set([...base, ...current]).size > 1

/** More places than these are another profile altogether. */
const MOST_PLACES = 12

/** Two profiles differ in a value or two, mostly: its place says more than the texts of both. */
function insideProfile({ what, base, current }: Difference): Difference[] {
  const sides = [base, current].map(texts => texts.map(one => leavesOf(parsed(one)))) as [Facts[], Facts[]]
  const places = [...new Set(sides.flat().flatMap(leaves => [...leaves.keys()]))]
  const found = places
    .map(place => ({
      what: `${what} ${place}`,
      base: valuesOf(sides[0], place),
      current: valuesOf(sides[1], place),
    }))
    .filter(isDifferent)
  if (found.length <= MOST_PLACES) return found
  const rest = `${found.length - MOST_PLACES} more places`
  return [...found.slice(0, MOST_PLACES), { what, base: [rest], current: [rest] }]
}

/** A result that was edited may hold no document: then it is one leaf. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `streams.udp.frame`: members of lists by their names, else by their numbers. */
function leavesOf(value: unknown, path = '', found: Facts = new Map()): Facts {
  if (typeof value !== 'object' || value === null) return found.set(path, text(value))
  for (const [key, child] of Object.entries(value)) {
    const name = Array.isArray(value) ? ((child as { name?: string } | null)?.name ?? key) : key
    leavesOf(child, path === '' ? name : `${path}.${name}`, found)
  }
  return found
}

const valuesOf = (runs: readonly Facts[], what: string): string[] => [
  ...new Set(runs.map(facts => facts.get(what) ?? 'absent')),
]

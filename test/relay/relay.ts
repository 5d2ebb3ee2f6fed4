/** Starts the faulty device of relay.cc in a lab, and says from what went in and came out what a receiver must count. */
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import type { Lab } from '../lab/netns.js'

export interface Relay {
  /** Ends it. `dropped`: what the kernel did not even hand to it. */
  stop(): Promise<{ dropped: number; wentIn: BigUint64Array; cameOut: BigUint64Array }>
}

/** Between the far ends of a lab's two pairs. */
export async function startRelay(
  lab: Lab,
  log: string,
  options: Record<string, string | number>,
): Promise<Relay> {
  const { stdout: program } = await execa('tools/relay.sh')
  const [from, to] = lab.links.map(({ far }) => far)
  const settings = Object.entries(options).map(([key, value]) => `${key}=${value}`)
  const command = ['netns', 'exec', lab.namespace, program, from!, to!, log, ...settings]
  const relay = execa('ip', command, { reject: false })
  await new Promise<void>((ready, failed) => {
    relay.stdout.once('data', () => ready())
    relay.once('exit', () => failed(new Error('the relay ended at once')))
  })
  const read = (suffix: string) => new BigUint64Array(new Uint8Array(readFileSync(log + suffix)).buffer)
  return {
    async stop() {
      relay.kill('SIGTERM')
      const { exitCode, stdout, stderr } = await relay
      if (exitCode !== 0) throw new Error(`the relay failed: ${stderr}`)
      return { dropped: Number(stdout.split('\n').at(-1)), wentIn: read('.in'), cameOut: read('.out') }
    },
  }
}

export interface Expected {
  rx_packets: number
  lost: number
  duplicates: number
  reordered: number
  reorder_extent_max: number
  reorder_extent_mean: number | null
  gaps: number
  longest_gap: number
}

/** From the definitions, with everything remembered: index `i` is number floor(i / queues) of TX queue i mod queues. */
export function expected(sent: number, cameOut: BigUint64Array, queues: number): Expected {
  const sequences = Array.from({ length: queues }, (_, queue) => ({
    count: Math.ceil((sent - queue) / queues),
    arrivals: [] as number[],
  }))
  const seen = new Set<number>()
  for (const name of cameOut) {
    const index = Number(name & 0xffffffffn)
    if (seen.has(index)) continue
    seen.add(index)
    sequences[index % queues]!.arrivals.push(Math.floor(index / queues))
  }
  const extents = sequences.flatMap(({ arrivals }) => extentsOf(arrivals))
  const runs = sequences.flatMap(({ count, arrivals }) => runsOf(count, new Set(arrivals)))
  return {
    rx_packets: cameOut.length,
    lost: sent - seen.size,
    duplicates: cameOut.length - seen.size,
    reordered: extents.length,
    reorder_extent_max: Math.max(0, ...extents),
    reorder_extent_mean: extents.length > 0 ? extents.reduce((a, b) => a + b, 0) / extents.length : null,
    gaps: runs.length,
    longest_gap: Math.max(0, ...runs),
  }
}

/** The same of the packets of one group, by their index. */
export function expectedOf(
  isIn: (index: number) => boolean,
  sent: number,
  cameOut: BigUint64Array,
  queues: number,
): Record<
  'tx_packets' | 'rx_packets' | 'lost' | 'duplicates' | 'reordered' | 'gaps' | 'longest_gap',
  number
> {
  const seen = new Set<number>()
  const newest = Array.from({ length: queues }, () => -1)
  let [arrived, reordered] = [0, 0]
  for (const name of cameOut) {
    const index = Number(name & 0xffffffffn)
    const isFirst = !seen.has(index)
    seen.add(index)
    if (isIn(index)) arrived++
    // Out of order is a packet that comes behind a later one of its queue, in whichever group.
    if (isIn(index) && isFirst && index < newest[index % queues]!) reordered++
    newest[index % queues] = Math.max(newest[index % queues]!, index)
  }
  const own = Array.from({ length: sent }, (_, index) => index).filter(isIn)
  const whole = own.filter(index => seen.has(index)).length
  const runs = newest.flatMap((_, queue) => {
    const part = own.filter(index => index % queues === queue)
    return runsOf(part.length, new Set(part.flatMap((index, rank) => (seen.has(index) ? [rank] : []))))
  })
  return {
    tx_packets: own.length,
    rx_packets: arrived,
    lost: own.length - whole,
    duplicates: arrived - whole,
    reordered,
    gaps: runs.length,
    longest_gap: Math.max(0, ...runs),
  }
}

/** RFC 4737 section 4.2.1: of a reordered packet, i - j for the first arrival j whose number is higher. */
function extentsOf(arrivals: readonly number[]): number[] {
  const highest: number[] = []
  return arrivals.flatMap((number, i) => {
    const before = highest.at(-1) ?? -1
    highest.push(Math.max(before, number))
    if (number > before) return []
    let [low, high] = [0, i]
    while (low < high) {
      const middle = (low + high) >> 1
      if (highest[middle]! > number) high = middle
      else low = middle + 1
    }
    return [i - low]
  })
}

function runsOf(count: number, arrived: ReadonlySet<number>): number[] {
  const runs: number[] = []
  let run = 0
  for (let number = 0; number <= count; number++) {
    if (number < count && !arrived.has(number)) run++
    else if (run > 0) run = runs.push(run) * 0
  }
  return runs
}

/** What is about to be sent, where to and how fast: a flood is announced before it starts. */
import type { Snapshot } from '../gen/snapshot.js'
import type { Profile } from '../profile/model.js'
import { count, rate } from '../stats/format.js'
import { destinationOf } from '../templates/destination.js'
import { type Group, groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { countOf, FCS_BYTES, meanFrameBytes } from '../templates/rate.js'
import { formatDuration } from '../units/duration.js'

/** More than a screen is not read. */
const MOST_STREAMS = 20

export function announcement(profile: Profile, plan: Plan, version: string): string[] {
  const uri = new Map(plan.ports.map(port => [port.name, port.uri]))
  const groups = groupsOf(plan.streams)
  const total = groups.length
  return [
    `nmgen ${version}: ${profile.name}, ${total === 1 ? '1 stream' : `${total} streams`}, seed ${plan.seed}, ${until(plan)}`,
    ...groups.slice(0, MOST_STREAMS).map(group => `  ${streamLine(group, uri)}`),
    ...(total > MOST_STREAMS ? [`  and ${count(total - MOST_STREAMS)} more streams`] : []),
  ]
}

/** Known once the workers are placed, which is before they are released. */
export function cpuLine({ tx, rx }: Pick<Snapshot, 'tx' | 'rx'>): string {
  const places = [
    ...tx.map(queue => `${queue.port}:${queue.queue} sends on ${cpuOf(queue)}`),
    ...rx.map(queue => `${queue.port}:${queue.queue} receives on ${cpuOf(queue)}`),
  ]
  return `  CPUs: ${places.join(', ')}`
}

const cpuOf = ({ cpu, cpuReason }: { cpu: number | null; cpuReason: string }): string =>
  cpu === null ? 'any' : `${cpu} (${cpuReason})`

function until(plan: Plan): string {
  if (plan.durationNs !== null) return `for ${formatDuration(plan.durationNs)}`
  return plan.streams.every(stream => stream.count !== null) ? 'until all is sent' : 'until interrupted'
}

function streamLine(group: Group, uri: ReadonlyMap<string, string>): string {
  const [stream] = group
  const place = (port: string) => `${port} (${uri.get(port) ?? '?'})`
  const from = stream.rx === stream.tx ? `from and to ${place(stream.tx)}` : `from ${place(stream.tx)}`
  const to = stream.rx === null ? ', no receiver' : stream.rx === stream.tx ? '' : ` to ${place(stream.rx)}`
  const frames = countOf(group)
  const limit = frames === null ? '' : `${count(frames)} x `
  const whom = [...new Set(group.map(destinationOf))]
  const others = whom.length > 2 ? ` and ${whom.length - 2} more` : ''
  const addressed = `addressed to ${whom.slice(0, 2).join(', ')}${others}`
  return `${stream.name}: ${limit}${sizes(group)} at ${rate(stream.rate)} ${from}${to}, ${addressed}`
}

function sizes(group: Group): string {
  const lengths = group.flatMap(({ templates }) => templates.map(({ bytes }) => bytes.length + FCS_BYTES))
  const different = new Set(lengths).size
  const kinds = group.length === 1 ? '' : `${group.length} kinds of frames, `
  const mean = meanFrameBytes(group)
  return `${kinds}${different === 1 ? `${mean} B` : `${different} sizes, ${mean.toFixed(1)} B on average`}`
}

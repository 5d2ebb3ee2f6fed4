/** What is about to be sent, where to and how fast: a flood is announced before it starts. */
import type { Snapshot } from '../gen/snapshot.js'
import type { Profile } from '../profile/model.js'
import { count, rate } from '../stats/format.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { meanFrameBytes } from '../templates/rate.js'
import { formatDuration } from '../units/duration.js'

export function announcement(profile: Profile, plan: Plan, version: string): string[] {
  const uri = new Map(plan.ports.map(port => [port.name, port.uri]))
  const total = plan.streams.length
  return [
    `nmgen ${version}: ${profile.name}, ${total === 1 ? '1 stream' : `${total} streams`}, seed ${plan.seed}, ${until(plan)}`,
    ...plan.streams.map(stream => `  ${streamLine(stream, uri)}`),
  ]
}

/** Known once the workers are placed, which is before they are released. */
export function cpuLine({ tx, rx }: Pick<Snapshot, 'tx' | 'rx'>): string {
  const places = [
    ...tx.map(({ cpu, port, queue }) => `${port}:${queue} sends on ${cpu ?? 'any'}`),
    ...rx.map(({ cpu, port, queue }) => `${port}:${queue} receives on ${cpu ?? 'any'}`),
  ]
  return `  CPUs: ${places.join(', ')}`
}

function until(plan: Plan): string {
  if (plan.durationNs !== null) return `for ${formatDuration(plan.durationNs)}`
  return plan.streams.every(stream => stream.count !== null) ? 'until all is sent' : 'until interrupted'
}

function streamLine(stream: StreamPlan, uri: ReadonlyMap<string, string>): string {
  const place = (port: string) => `${port} (${uri.get(port) ?? '?'})`
  const from = stream.rx === stream.tx ? `from and to ${place(stream.tx)}` : `from ${place(stream.tx)}`
  const to = stream.rx === null ? ', no receiver' : stream.rx === stream.tx ? '' : ` to ${place(stream.rx)}`
  const limit = stream.count === null ? '' : `${count(stream.count)} x `
  return `${stream.name}: ${limit}${sizes(stream)} at ${rate(stream.rate)} ${from}${to}`
}

function sizes(stream: StreamPlan): string {
  const sizes = new Set(stream.templates.map(({ bytes }) => bytes.length))
  if (sizes.size === 1) return `${meanFrameBytes(stream)} B`
  return `${sizes.size} sizes, ${meanFrameBytes(stream).toFixed(1)} B on average`
}

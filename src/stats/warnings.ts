/** What a reader of a result must know before believing it. Each says what to do. */

import type { PortOutcome } from '../gen/snapshot.js'
import { hearsGroups } from '../templates/group.js'
import type { Metrics } from '../units/metrics.js'
import { nanoseconds, percentOf } from './format.js'
import { changeResults } from './rate-changes.js'
import type { Overwhelmed } from './receiver.js'
import type { Environment, Warning } from './result.js'
import { addLoss } from './rx.js'
import type { Measured, StreamMeasure } from './streams.js'
import { sum } from './tx.js'

type Input = Measured & { environment: Environment }

export function warningsOf(
  run: Input,
  streams: readonly StreamMeasure[],
  metrics: Metrics,
  late: readonly Overwhelmed[],
): Warning[] {
  return [
    ...run.outcome.warnings,
    ...nothingSent(metrics),
    ...changedByHand(run),
    ...streams.flatMap(stream => neverStarted(run, stream)),
    ...cutShort(run, streams),
    ...streams.flatMap(paceWarnings),
    ...noSignature(streams),
    ...groupsUnheard(run),
    ...lossWarnings(run, streams, metrics),
    ...receiverWarnings(run),
    ...late.flatMap(alwaysBusy),
    ...run.outcome.ports.flatMap(droppedSending),
    // A rate that was missed has made everything late: once is enough.
    ...(streams.some(({ pace }) => pace === 'missed') ? [] : lateness(run, metrics)),
    ...skipped(run),
    ...machineWarnings(run.environment),
  ]
}

function nothingSent(metrics: Metrics): Warning[] {
  if (metrics.tx_packets !== 0) return []
  return [warning('nothing-sent', 'not one packet was sent', 'check the link, the count and the duration')]
}

function changedByHand({ outcome }: Input): Warning[] {
  const { rate_changes: changes } = changeResults(outcome.final)
  if (!changes) return []
  const all = changes.map(({ t_s, factor }) => `${percentOf(factor)} from ${t_s.toFixed(1)} s on`)
  const shown = all.length > 4 ? [...all.slice(0, 3), `${all.length - 3} more`] : all
  const text = `the rate was changed by hand (${shown.join(', ')}): what was asked for is the mean of that`
  return [
    warning('rate-changed', text, 'compare it with no other run: give the profile the rate that you want'),
  ]
}

function neverStarted({ outcome }: Input, { stream, sent }: StreamMeasure): Warning[] {
  const ended = outcome.stopped === 'duration' || outcome.stopped === 'count'
  if (!ended || stream.after.length === 0 || sent.packets > 0) return []
  const text = `stream ${stream.name} never started: what it comes after had not ended in time`
  return [warning('never-started', text, 'give the run a longer `duration`, or those before it less to send')]
}

/** The one of the two limits that was not meant to end the run. One sentence for all of them. */
function cutShort(run: Input, streams: readonly StreamMeasure[]): Warning[] {
  if (run.outcome.stopped !== 'duration') return []
  const short = streams.filter(
    ({ sent, wanted }) => wanted !== null && 0 < sent.packets && sent.packets < wanted,
  )
  if (short.length === 0) return []
  const [{ stream, sent, wanted }] = short as [StreamMeasure]
  const others = short.length > 1 ? ` (and ${short.length - 1} more streams)` : ''
  const text = `\`duration\` ended stream ${stream.name} at ${sent.packets} of the ${wanted} packets of its \`count\`${others}`
  return [warning('count-not-reached', text, 'give a longer `--duration`, a higher rate, or a smaller count')]
}

function paceWarnings({ stream, pace, result }: StreamMeasure): Warning[] {
  const asked = Math.round(result.offered_pps ?? 0)
  const sent = Math.round(result.tx_pps ?? 0)
  const text = `stream ${stream.name} was asked for ${asked} packets/s and sent ${sent}`
  if (pace === 'missed') {
    return [warning('rate-missed', text, 'ask for less, or add queues, CPUs or a faster backend')]
  }
  return pace === 'exceeded'
    ? [warning('rate-exceeded', text, 'report this: a pacer must never be ahead')]
    : []
}

/** One sentence for all of them: a profile may have thousands. */
/** Their groups are counted where they are sent only. */
function groupsUnheard({ plan }: Input): Warning[] {
  const unheard = plan.streams.filter(stream => stream.account && stream.rx !== null && !hearsGroups(stream))
  if (unheard.length === 0) return []
  const names = [...new Set(unheard.map(({ name }) => name))].join(', ')
  const fields = [...new Set(unheard.flatMap(({ account }) => account!.fields))].join(', ')
  const text = `groups of ${names} are counted where they are sent only: frames without a signature do not show ${fields} at one place`
  return [
    warning('groups-not-received', text, 'give frames room for the signature, or account for a header field'),
  ]
}

function noSignature(streams: readonly StreamMeasure[]): Warning[] {
  const names = streams.flatMap(({ stream, arrival, result }) => {
    if (result.measured_by !== 'match') return []
    return arrival?.signed ? `${stream.name} (some frames)` : stream.name
  })
  if (names.length === 0) return []
  const [subject, carry, their] =
    names.length === 1 ? ['stream', 'carries', 'its'] : ['streams', 'carry', 'their']
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  const text = `${subject} ${shown.join(', ')} ${carry} no signature: counted by ${their} headers, without latency or order`
  const advice =
    'give frames room for 18 bytes of payload, and do not switch `signature` off; captures need `signature: true`'
  return [warning('no-signature', text, advice)]
}

function lossWarnings(run: Input, streams: readonly StreamMeasure[], metrics: Metrics): Warning[] {
  const found: Warning[] = []
  const { surplus, unknown } = addLoss(streams.flatMap(({ arrival }) => arrival?.loss ?? []))
  const judged = run.plan.expect.some(({ metric }) => /(^|\.)(lost|loss_ratio|rx_packets)$/.test(metric))
  if ((metrics.lost ?? 0) > 0 && !judged) {
    const text = `${metrics.lost} packets were lost, and nothing in \`expect\` judges loss`
    found.push(warning('loss-not-judged', text, 'add `loss_ratio == 0` (or what you accept) to `expect`'))
  }
  if (unknown > 0) {
    const text = `${unknown} packets came too late to tell late from copied; loss may be higher by as many`
    found.push(warning('stale', text, 'look for reordering of more than the window, or spread streams less'))
  }
  if (surplus > 0) {
    const text = `${surplus} more packets arrived than were sent`
    found.push(
      warning('surplus', text, 'look for another sender of the same stream, or a device that copies'),
    )
  }
  return found
}

function receiverWarnings({ outcome }: Input): Warning[] {
  const found: Warning[] = []
  const drops = sum(outcome.final.rx.map(queue => queue.deviceDrops))
  const unknown = sum(outcome.final.rx.map(queue => queue.unknown))
  if (drops > 0) {
    const text = `the receiver of this host dropped ${drops} packets: that loss is not the tested device's`
    found.push(warning('receiver-drops', text, 'add RX queues or CPUs, or lower the rate'))
  }
  if (unknown > 0) {
    const text = `${unknown} packets of no stream of this run were received`
    found.push(
      warning('unknown-packets', text, 'keep other traffic off the ports, if it should not be there'),
    )
  }
  return found
}

function alwaysBusy({ port, drops }: Overwhelmed): Warning[] {
  if (drops > 0) return []
  const text = `the receiver of ${port} was never idle, and its device counts no drops: whose the loss is, is not known`
  return [warning('receiver-busy', text, 'add RX queues or CPUs, or lower the rate')]
}

/** Frames that were handed over and never left: the network cannot have lost them. */
function droppedSending({ uri, counters }: PortOutcome): Warning[] {
  const drops = (counters.tx_dropped ?? 0) + (counters.tx_errors ?? 0)
  if (drops === 0) return []
  const text = `${uri} dropped ${drops} frames that it was given to send`
  return [
    warning('tx-drops', text, 'lower the rate, and look at `ip -s link` or `ethtool -S` for the reason'),
  ]
}

/** They are gaps in the numbers that a receiver sees, and no device has made them. */
function skipped({ outcome }: Input): Warning[] {
  const packets = sum(outcome.final.tx.map(queue => queue.skipped))
  if (packets === 0) return []
  const text = `${packets} packets were too late and never sent (\`pacing.late\` is \`skip\`)`
  return [warning('skipped', text, 'isolate the CPUs of the workers, lower the rate, or let it catch up')]
}

function lateness({ plan }: Input, metrics: Metrics): Warning[] {
  if (!metrics.late_packets) return []
  const text = `${metrics.late_packets} packets left more than ${nanoseconds(plan.pacing.afterNs)} after they were due`
  return [
    warning('late-packets', text, 'isolate the CPUs of the workers (isolcpus, nohz_full), or lower the rate'),
  ]
}

function machineWarnings({ governor }: Environment): Warning[] {
  if (governor === null || governor === 'performance') return []
  const text = `the CPU frequency governor is ${governor}: rates and latency move with it`
  return [warning('governor', text, 'cpupower frequency-set -g performance')]
}

function warning(code: string, message: string, advice: string): Warning {
  return { code, message, advice }
}

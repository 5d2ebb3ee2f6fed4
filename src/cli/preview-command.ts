/** `nmgen preview`: the packets of a profile from the same native core that sends them. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Packet, type PacketView, viewOf } from '../library/packet.js'
import { packetsOf } from '../library/packets.js'
import type { Profile } from '../profile/model.js'
import { styleFor } from '../stats/style.js'
import { groupsOf } from '../templates/group.js'
import { pcapFile } from '../templates/pcap.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { countOf } from '../templates/rate.js'
import { parseCount } from '../units/count.js'
import { openOutput } from './output.js'
import type { PreviewArguments } from './preview.js'
import { type Counted, countPackets } from './preview-stats.js'
import { statsJson, statsText } from './preview-stats-text.js'
import { packetJson, packetText, variesText } from './preview-text.js'
import { readPlan } from './profile.js'

/** Without `--count`: as many as show what a field does, in a moment. */
const statsCount = 100_000

export async function preview(argv: PreviewArguments): Promise<void> {
  const count = countFlag('count', argv.count)
  const packet = countFlag('packet', argv.packet)
  const { plan, profile } = await readPlan(argv.profile, { set: argv.set })
  const streams = chooseStreams(plan, argv.stream)
  checkPacket(streams, packet)
  const first = BigInt(packet ?? 0)
  if (argv.stats)
    return printStats(argv, plan, countPackets(plan, streams, { first, count: count ?? statsCount }))
  // One packet was asked for by its number; else some of each stream.
  const named = groupsOf(streams).length
  const few = packet === undefined ? Math.max(3, named) : named
  const packets = packetsOf(plan, streams, first, count ?? few)
  if (argv.pcap !== undefined) writePcap(argv.pcap, packets)
  else if (argv.json) printJson(plan, packets)
  else {
    printText(packets)
    process.stdout.write(unsignedText(profile, streams))
  }
}

function countFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = parseCount(text)
  if (count.ok) return count.value
  throw new NmgenError('usage', `--${flag}: ${count.message}`, Exit.usage, count.hint)
}

function chooseStreams({ streams }: Plan, name: string | undefined): readonly StreamPlan[] {
  if (name === undefined) return streams
  const chosen = streams.filter(stream => stream.name === name)
  if (chosen.length > 0) return chosen
  const names = groupsOf(streams)
    .map(([{ name }]) => name)
    .join(', ')
  throw new NmgenError('no-such-stream', `there is no stream \`${name}\``, Exit.usage, `streams: ${names}`)
}

function checkPacket(streams: readonly StreamPlan[], packet: number | undefined): void {
  const counts = groupsOf(streams).map(countOf)
  if (packet === undefined || counts.some(count => count === null || packet < count)) return
  const last = Math.max(...counts.map(count => count ?? 0)) - 1
  throw new NmgenError(
    'no-such-packet',
    `there is no packet ${packet}`,
    Exit.usage,
    `the last one is ${last}`,
  )
}

function printText(packets: Iterable<Packet>): void {
  const style = styleFor(process.stdout, process.env)
  const seen = new Map<StreamPlan, PacketView>()
  for (const packet of packets) {
    const view = viewOf(packet)
    seen.set(packet.stream, view)
    process.stdout.write(`${packetText(view, style)}\n`)
  }
  process.stdout.write([...seen.values()].map(variesText).join(''))
}

/** Captured packets carry no signature unless asked to: who wants to measure must know. */
function unsignedText(profile: Profile, streams: readonly StreamPlan[]): string {
  const shown = new Set(streams.map(({ name }) => name))
  const unsigned = profile.streams.filter(
    ({ name, capture, signature, rx }) => shown.has(name) && capture && !signature && rx !== undefined,
  )
  const advice =
    'captured packets carry no signature: no latency, order or duplicates without `signature: true`'
  return unsigned.map(({ name }) => `${name}: ${advice}\n`).join('')
}

function printJson(plan: Plan, packets: Iterable<Packet>): void {
  const shown = Array.from(packets, packet => packetJson(viewOf(packet)))
  const document = { schema: 'nmgen.preview/1', profile: plan.name, seed: plan.seed, packets: shown }
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

function printStats({ json }: PreviewArguments, plan: Plan, counted: Counted): void {
  const { name, seed } = plan
  const text = json
    ? `${JSON.stringify({ schema: 'nmgen.preview/1', profile: name, seed, stats: statsJson(counted) }, null, 2)}\n`
    : statsText(counted, styleFor(process.stdout, process.env))
  process.stdout.write(text)
}

function writePcap(file: string, packets: Iterable<Packet>): void {
  let written = 0
  const records = function* () {
    for (const { bytes, timeNs } of packets) {
      written++
      yield { bytes, timeNs: BigInt(Math.round(timeNs)) }
    }
  }
  writeFile(file, pcapFile(records()))
  if (file !== '-') process.stdout.write(`${written} ${written === 1 ? 'packet' : 'packets'} in ${file}\n`)
}

/** Synchronous and in blocks: a long capture needs neither memory nor one system call per packet. */
function writeFile(file: string, chunks: Iterable<Uint8Array>): void {
  const blockBytes = 1 << 20
  let pending: Uint8Array[] = []
  let bytes = 0
  const output = openOutput(file)
  const flush = () => {
    output.write(Buffer.concat(pending))
    pending = []
    bytes = 0
  }
  try {
    for (const chunk of chunks) {
      pending.push(chunk)
      bytes += chunk.length
      if (bytes >= blockBytes) flush()
    }
    flush()
  } finally {
    output.close()
  }
}

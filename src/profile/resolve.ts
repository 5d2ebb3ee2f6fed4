import { findSpec } from './find.js'
import type { CaptureSpec, FragmentSpec, Load, PortSpec, Profile, StreamSpec } from './model.js'
import { pacingOf } from './pacing.js'
import { receiverOf } from './receiver.js'
import type { ProfileShape } from './schema.js'

/** Fills in what depends on other parts of the profile. Nothing can be wrong any more. */
export function resolve(shape: ProfileShape): Profile {
  const ports = Object.entries(shape.ports).map(([name, port]) => portSpec(name, port))
  const { version, name, description, seed, duration, cores, vars, account, find, safety } = shape
  const total = totalOf(shape)
  return {
    version,
    name,
    ...(description !== undefined && { description }),
    seed,
    ports,
    ...(duration !== undefined && { durationNs: duration }),
    ...(total && { rate: total.rate }),
    ...(shape.mix?.run_length !== undefined && { mix: { runLength: shape.mix.run_length } }),
    pacing: pacingOf(shape.pacing),
    ...(shape.latency?.sample !== undefined && { latencySample: shape.latency.sample }),
    ...(cores !== undefined && { cores }),
    ...(vars !== undefined && { vars }),
    ...(account && { account }),
    streams: shape.streams.map(stream => streamSpec(stream, shape, ports, total)),
    expect: shape.expect.map((line, i) => ({ ...line, path: ['expect', i] })),
    ...(find && { find: findSpec(find) }),
    safety,
  }
}

interface Total {
  rate: Load
  /** Percent for each stream that says nothing. */
  rest: number
}

/** A rate for all together; a share without one is of the line. */
function totalOf({ rate, streams }: ProfileShape): Total | undefined {
  if (rate === undefined && streams.every(({ share }) => share === undefined)) return undefined
  const given = streams.reduce((sum, { share }) => sum + (share ?? 0), 0)
  const open = streams.filter(isOpen).length
  return { rate: rate ?? { kind: 'line' }, rest: (100 - given) / open }
}

/** It takes its part of the total. */
const isOpen = ({ rate, share, timing }: ProfileShape['streams'][number]): boolean =>
  rate === undefined && share === undefined && timing === undefined

const portSpec = (name: string, port: ProfileShape['ports'][string]): PortSpec => ({
  name,
  uri: port.uri,
  txQueues: port.queues?.tx ?? 1,
  rxQueues: port.queues?.rx ?? 1,
  args: port.args ?? [],
  ...(port.address && { addresses: port.address }),
  ...(port.gateway && { gateways: port.gateway }),
  ...(port.mac !== undefined && { mac: port.mac }),
})

function streamSpec(
  stream: ProfileShape['streams'][number],
  shape: ProfileShape,
  ports: readonly PortSpec[],
  total: Total | undefined,
): StreamSpec {
  const {
    name,
    frame,
    fragment,
    layers,
    pcap,
    signature,
    count,
    start,
    for: sending,
    after,
    tx: asked,
    rx: wanted,
    vars,
    pick,
  } = stream
  const tx = asked ?? ports[0]!.name
  const rx = receiverOf(wanted, tx, ports)
  return {
    name,
    frame: pcap === undefined ? frame! : { kind: 'captured' },
    ...(fragment && { fragment: fragmentSpec(fragment) }),
    layers: layers ?? [],
    ...(pcap !== undefined && { capture: captureOf(pcap, stream) }),
    ...(vars && { vars }),
    ...(pick && { pick }),
    ...rateOf(stream, total),
    signature: signature ?? pcap === undefined,
    ...(signature && { signAlways: true }),
    tx,
    ...(count !== undefined && { count }),
    ...(start !== undefined && { startNs: start }),
    ...(sending !== undefined && { forNs: sending }),
    ...(after !== undefined && { after }),
    ...accountOf(stream, shape),
    ...(rx !== undefined && { rx }),
  }
}

const accountOf = ({ account }: { account?: readonly string[] | undefined }, shape: ProfileShape) =>
  account ? { account } : shape.account ? { account: shape.account, accountShared: true } : {}

const fragmentSpec = ({
  mtu,
  order = [{ value: 'forward', weight: 1 }],
  fault = [{ value: 'none', weight: 1 }],
  interleave = 1,
}: NonNullable<ProfileShape['streams'][number]['fragment']>): FragmentSpec => ({
  mtu,
  order,
  fault,
  interleave,
})

function rateOf(stream: ProfileShape['streams'][number], total: Total | undefined) {
  const { rate, share } = stream
  if (rate || !total || stream.timing !== undefined) return { rate: rate ?? ({ kind: 'line' } as const) }
  return { rate: total.rate, share: share ?? total.rest }
}

function captureOf(
  file: string,
  { only, timing, loops, checksums, set }: ProfileShape['streams'][number],
): CaptureSpec {
  return {
    file,
    ...(only && { only }),
    ...(timing !== undefined && { speed: timing }),
    ...(loops !== undefined && { loops }),
    ...(checksums && { checksums }),
    set: set ?? [],
  }
}

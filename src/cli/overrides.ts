/** What flags change in a profile. Pure: applied between reading and compiling, so the plan knows nothing of flags. */
import type { Expectation, PortSpec, Profile, Rate, StreamSpec } from '../profile/model.js'
import { NOBODY } from '../profile/receiver.js'
import type { LatePolicy } from '../units/pacing.js'

export interface Overrides {
  tx?: string
  rx?: string
  rate?: Rate
  durationNs?: number
  /** Of each stream. */
  count?: number
  seed?: number
  cores?: readonly number[]
  /** TX queues of every port that sends. */
  queues?: number
  late?: LatePolicy
  /** Beside the profile's own. */
  expect?: readonly Expectation[]
}

export function applyOverrides(profile: Profile, overrides: Overrides): Profile {
  const placed = placePorts(profile, overrides)
  return {
    ...placed,
    seed: overrides.seed ?? placed.seed,
    ...(overrides.durationNs === undefined ? {} : { durationNs: overrides.durationNs }),
    ...(overrides.rate && placed.rate && { rate: overrides.rate }),
    expect: [...placed.expect, ...(overrides.expect ?? [])],
    ...(overrides.late && { pacing: { ...placed.pacing, late: overrides.late } }),
    ...(overrides.cores === undefined ? {} : { cores: overrides.cores }),
    ports: placed.ports.map(port => withQueues(port, placed.streams, overrides.queues)),
    streams: placed.streams.map(stream => ({
      ...stream,
      ...(overrides.rate && atRate(stream, overrides.rate)),
      ...(overrides.count === undefined ? {} : { count: overrides.count }),
    })),
  }
}

/** A rate takes the place of a capture's own gaps. */
function atRate({ capture }: StreamSpec, rate: Rate): Partial<StreamSpec> {
  if (capture?.speed === undefined) return { rate }
  const { speed: _, ...rest } = capture
  return { rate, capture: rest }
}

function withQueues(port: PortSpec, streams: readonly StreamSpec[], queues: number | undefined): PortSpec {
  const sends = streams.some(stream => stream.tx === port.name)
  return queues === undefined || !sends ? port : { ...port, txQueues: queues }
}

/**
 * `--tx URI`: every stream is sent from one port named `tx`. `--rx URI`: every stream that had a receiver (or, where none
 * had, every stream) gets the port `rx`, or the sending port where the URI is the same. With `--tx` alone the profile's
 * receiver is most likely no longer at the other end of the wire, so nobody listens; except on `loop`, which is its own
 * other end, for every stream, as it is in a profile. `--rx none`: nobody listens, there either.
 */
function placePorts(profile: Profile, { tx, rx }: Overrides): Profile {
  const sent = tx === undefined ? profile : sendFrom(profile, tx)
  if (rx === NOBODY) return pruned(listenNowhere(sent))
  if (rx !== undefined) return pruned(receiveOn(sent, rx))
  if (tx === undefined) return profile
  return pruned(backendOf(tx) === 'loop' ? receiveOn(listenNowhere(sent), tx) : listenNowhere(sent))
}

function sendFrom(profile: Profile, uri: string): Profile {
  const old = profile.ports.filter(port => sends(profile, port))
  const txQueues = Math.max(1, ...old.map(port => port.txQueues))
  const port: PortSpec = {
    name: 'tx',
    uri,
    txQueues,
    rxQueues: 1,
    args: argsFor(uri, old),
    ...addressOf(old),
  }
  const rest = profile.ports.filter(port => port.name !== 'tx')
  return {
    ...profile,
    ports: [port, ...rest],
    streams: profile.streams.map(stream => ({ ...stream, tx: 'tx' })),
  }
}

function receiveOn(profile: Profile, uri: string): Profile {
  const old = profile.ports.filter(port => profile.streams.some(stream => stream.rx === port.name))
  const rxQueues = Math.max(1, ...old.map(port => port.rxQueues))
  const sender = profile.ports.find(port => port.uri === uri && sends(profile, port))
  const name = sender?.name ?? freeName(profile)
  const port: PortSpec = sender
    ? { ...sender, rxQueues }
    : { name, uri, txQueues: 1, rxQueues, args: argsFor(uri, old), ...addressOf(old) }
  const others = profile.ports.filter(other => other.name !== name)
  const nobody = profile.streams.every(stream => stream.rx === undefined)
  const streams = profile.streams.map(stream =>
    stream.rx === undefined && !nobody ? stream : { ...stream, rx: name },
  )
  return { ...profile, ports: [...others, port], streams }
}

function listenNowhere(profile: Profile): Profile {
  return { ...profile, streams: profile.streams.map(({ rx: _, ...stream }) => stream) }
}

// A port named `rx` that also sends stays what it is.
function freeName(profile: Profile): string {
  const taken = (name: string) => profile.ports.some(port => port.name === name && sends(profile, port))
  let name = 'rx'
  for (let n = 2; taken(name); n++) name = `rx${n}`
  return name
}

function sends(profile: Profile, port: PortSpec): boolean {
  return profile.streams.some(stream => stream.tx === port.name)
}

// Ports that no stream uses any more would only be opened in vain.
function pruned(profile: Profile): Profile {
  const used = new Set(profile.streams.flatMap(stream => [stream.tx, stream.rx]))
  return { ...profile, ports: profile.ports.filter(port => used.has(port.name)) }
}

// Who the port is in its network does not depend on the device.
function addressOf(old: readonly PortSpec[]): Pick<PortSpec, 'addresses' | 'gateways' | 'mac'> {
  const { addresses, gateways, mac } = old.find(port => port.addresses) ?? {}
  return {
    ...(addresses && { addresses }),
    ...(gateways && { gateways }),
    ...(mac !== undefined && { mac }),
  }
}

// EAL arguments mean nothing to another backend.
function argsFor(uri: string, old: readonly PortSpec[]): readonly string[] {
  const alike = old.filter(port => backendOf(port.uri) === backendOf(uri))
  return [...new Set(alike.flatMap(port => port.args))]
}

export function backendOf(uri: string): string {
  return uri.slice(0, Math.max(uri.indexOf(':'), 0)) || uri
}

/** Asks for the neighbours of `dst: resolve` before a run, by the very ports that will send. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { PortSpec } from '../profile/model.js'
import { answerOf, requestFrame } from '../templates/neighbour-frames.js'
import type { Neighbour, Plan, StreamPlan } from '../templates/plan.js'
import { addressBits, formatAddress, parseAddress } from '../units/address.js'
import { type NativeFailure, native } from './native.js'
import { exitOf, type OpenPort } from './ports.js'

/** MAX_MULTICAST_SOLICIT and RETRANS_TIMER of RFC 4861 section 10; hosts do the same with ARP. */
const TRIES = 3
const RETRY_MS = 1_000
const POLL_MS = 1

interface Asked {
  port: OpenPort
  mac: bigint
  neighbour: Neighbour
  frame: Uint8Array
  found: bigint | undefined
}

/** What the port speaks with: as the profile says, its device's own, else one of ours (locally administered). */
export function macOf(spec: PortSpec, facts: Readonly<Record<string, string>>, index: number): bigint {
  if (spec.mac !== undefined) return spec.mac
  const own = parseAddress('mac', facts.mac ?? '')
  return own.ok && own.value !== 0n ? own.value : 0x026e_6d00_0000n + BigInt(index)
}

/** From now on the ports answer for their addresses: first through `attend`, later in their RX loops. */
export function ownAddresses(plan: Plan, ports: readonly OpenPort[]): void {
  for (const [index, port] of ports.entries()) {
    const spec = plan.ports.find(({ name }) => name === port.name)
    if (!spec || !port.answers) continue
    const addresses = spec.addresses!.map(({ kind, address }) => bytesOf(address, addressBits[kind] / 8))
    const mac = bytesOf(macOf(spec, port.facts.facts, index), 6)
    const failure = native().own(port.handle, mac, addresses)
    if (failure) throw broken(port, failure)
  }
}

/** The plan with every MAC address in its place. Throws NmgenError where a neighbour does not answer. */
export async function resolveNeighbours(plan: Plan, ports: readonly OpenPort[]): Promise<Plan> {
  const asked = askedOf(plan, ports)
  if (asked.size === 0) return plan
  const open = () => [...asked.values()].filter(({ found }) => found === undefined)
  for (let tries = 0; tries < TRIES && open().length > 0; tries++) {
    for (const one of open()) hear(asked, one.port, one.frame)
    const until = Date.now() + RETRY_MS
    while (open().length > 0 && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
      for (const port of ports.filter(({ answers }) => answers)) hear(asked, port, null)
    }
  }
  const [silent] = open()
  if (silent) throw noAnswer(silent, open().length)
  note(asked)
  return { ...plan, streams: plan.streams.map(stream => withMac(stream, asked)) }
}

/** Streams that send to one neighbour in one VLAN ask once. */
function askedOf(plan: Plan, ports: readonly OpenPort[]): Map<string, Asked> {
  const asked = new Map<string, Asked>()
  for (const { neighbour, tx } of plan.streams) {
    const index = ports.findIndex(({ name }) => name === tx)
    const port = ports[index]
    const spec = plan.ports.find(({ name }) => name === tx)
    if (!neighbour || !port || !spec) continue
    if (!port.answers) throw silentFile(port)
    const mac = macOf(spec, port.facts.facts, index)
    const key = keyOf(neighbour, tx)
    if (!asked.has(key))
      asked.set(key, { port, mac, neighbour, frame: requestFrame(neighbour, mac), found: undefined })
  }
  return asked
}

const keyOf = ({ kind, address, tags }: Neighbour, port: string): string =>
  [port, kind, address, ...tags.map(({ header, id }) => `${header} ${id}`)].join()

/** Sends the frame, if any, and looks at what has come. */
function hear(asked: ReadonlyMap<string, Asked>, port: OpenPort, frame: Uint8Array | null): void {
  const heard = native().attend(port.handle, frame)
  if (!Array.isArray(heard)) throw broken(port, heard)
  for (const bytes of heard)
    for (const one of asked.values()) if (one.port === port) one.found ??= answerOf(one.neighbour, bytes)
}

/** Every template of the stream; nothing that a checksum covers. */
function withMac(stream: StreamPlan, asked: ReadonlyMap<string, Asked>): StreamPlan {
  const { neighbour, tx, templates } = stream
  const one = neighbour && asked.get(keyOf(neighbour, tx))
  if (!one) return stream
  const header = [...bytesOf(one.found!, 6), ...(neighbour.setsSource ? bytesOf(one.mac, 6) : [])]
  return {
    ...stream,
    templates: templates.map(template => {
      const bytes = template.bytes.slice()
      bytes.set(header)
      return { ...template, bytes }
    }),
  }
}

/** What was found belongs into the result. */
function note(asked: ReadonlyMap<string, Asked>): void {
  for (const { port, neighbour, found } of asked.values()) {
    const known = port.facts.facts.neighbours
    const text = `${placeOf(neighbour)} is at ${formatAddress('mac', found!)}`
    port.facts.facts = { ...port.facts.facts, neighbours: known ? `${known}, ${text}` : text }
  }
}

const placeOf = ({ kind, address, tags }: Neighbour): string =>
  [formatAddress(kind, address), ...tags.map(({ header, id }) => `in ${header} ${id}`)].join(' ')

function noAnswer({ port, neighbour, mac }: Asked, silent: number): NmgenError {
  const others = silent > 1 ? `, nor for ${silent - 1} others` : ''
  const way = neighbour.kind === 'ipv4' ? 'ARP requests' : 'neighbour solicitations'
  const from = `${formatAddress(neighbour.kind, neighbour.from)} (${formatAddress('mac', mac)})`
  return new NmgenError(
    'no-neighbour',
    `nobody answers for ${placeOf(neighbour)} on port ${port.name} (${port.facts.uri})${others}: ${TRIES} ${way} in ${(TRIES * RETRY_MS) / 1000} s, from ${from}`,
    Exit.environment,
    'is it up, in this network and on this wire? Else give `dst` its MAC address',
  )
}

const silentFile = ({ name, facts: { uri } }: OpenPort): NmgenError =>
  new NmgenError(
    'no-neighbour',
    `port ${name} (${uri}) is a file, which knows no neighbours to resolve`,
    Exit.profile,
    'give `dst` a MAC address',
  )

const broken = (port: OpenPort, { code, message, hint }: NativeFailure): NmgenError =>
  new NmgenError(code, `port ${port.name}: ${message}`, exitOf(code), hint)

const bytesOf = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 255n))

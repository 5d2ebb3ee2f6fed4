/** Opens and closes the devices of a run. */
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import type { PortSpec, Safety } from '../profile/model.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { native } from './native.js'
import type { PortFacts } from './snapshot.js'
import type { WayOut } from './ways-out.js'

export interface OpenPort {
  name: string
  handle: number
  txQueues: number
  rxQueues: number
  /** It has an address, and a TX and an RX queue to answer for it. */
  answers: boolean
  facts: PortFacts
}

/** A port as this run uses it. */
interface Use {
  spec: PortSpec
  sends: boolean
  receives: boolean
  /** Bytes of the longest frame that it sends, without FCS. */
  maxFrame: number
  answers: boolean
}

/** A neighbour solicitation or its answer with two VLAN tags. */
const SHORTEST_ANSWER = 94

/** Codes of native failures that the profile's or the command line's author made, not the machine. */
const PROFILE_CODES: ReadonlySet<string> = new Set([
  'unknown-backend',
  'no-device',
  'bad-argument',
  'sends-only',
])

export const exitOf = (code: string): ExitCode => (PROFILE_CODES.has(code) ? Exit.profile : Exit.environment)

/** The thing behind a URI that only one port can have: an interface where it names one, else the device. */
export function deviceOf(uri: string): string {
  const [device = '', ...pairs] = uri.split(',')
  const iface = pairs.find(pair => pair.startsWith('iface='))?.slice('iface='.length)
  return iface ? `interface ${iface}` : device
}

/**
 * Does a URI name this interface of the kernel's, wherever? Drivers have many arguments that take one (`iface`,
 * `tx_iface`, `remote`, a device within a device); to refuse one too many is the lesser harm.
 */
export function namesInterface(uri: string, name: string): boolean {
  if (/^(loop|pcap):/.test(uri)) return false
  if (isPci(name)) return uri.includes(name) || uri.split(/[^\w.:]+/).includes(`dpdk:${name.slice(5)}`)
  // netmap names rings of an interface: `eth3-2`.
  return uri.split(/[^\w.-]+/).some(part => part === name || part.replace(/(-\d+)+$/, '') === name)
}

/** DPDK takes it also without its domain, where that is 0. */
const isPci = (name: string): boolean => /^[\da-f]{4,}:[\da-f]{2}:[\da-f]{2}\.\d$/.test(name)

function longestFrame(streams: readonly StreamPlan[]): number {
  let longest = 0
  for (const { templates } of streams)
    for (const { bytes } of templates) longest = Math.max(longest, bytes.length)
  return longest
}

function usesOf(plan: Plan): Use[] {
  return plan.ports
    .map(spec => {
      const sent = plan.streams.filter(stream => stream.tx === spec.name)
      return {
        spec,
        sends: sent.length > 0,
        receives: plan.streams.some(stream => stream.rx === spec.name),
        maxFrame: longestFrame(sent),
        answers: (spec.addresses ?? []).length > 0 && !spec.uri.startsWith('pcap:'),
      }
    })
    .filter(use => use.sends || use.receives)
}

function checkDistinct(uses: readonly Use[]): void {
  const owners = new Map<string, string>()
  for (const { spec } of uses) {
    const owner = owners.get(deviceOf(spec.uri))
    if (owner !== undefined)
      throw new NmgenError(
        'two-ports-one-device',
        `ports ${owner} and ${spec.name} are both on ${deviceOf(spec.uri)}`,
        Exit.profile,
        'a device can send and receive: let the streams use one port for both',
      )
    owners.set(deviceOf(spec.uri), spec.name)
  }
}

/** Somebody must be there to end what has no end; a file takes all that it is given until the disk is full. */
export function checkBounded({ ports, streams, durationNs }: Plan, attended: boolean): void {
  const endless = streams.filter(({ count, forNs }) => count === null && forNs === null)
  const fileOf = ({ tx }: StreamPlan) => ports.find(({ name, uri }) => name === tx && uri.startsWith('pcap:'))
  const stream = attended ? endless.find(fileOf) : endless[0]
  if (durationNs !== null || !stream) return
  const file = fileOf(stream)
  const what = file ? `be written into ${file.uri}` : 'be sent'
  const why = file ? '' : ', and no terminal is there to stop it'
  throw new NmgenError(
    'unbounded',
    `stream ${stream.name} would ${what} without an end${why}`,
    Exit.profile,
    'give a `count` or a `duration`',
  )
}

/** What leads out of this machine is never sent on unless the profile's `safety` names it (RFC 6815). */
export function checkInterfaces(
  uris: readonly string[],
  { interfaces }: Pick<Safety, 'interfaces'>,
  ways: readonly WayOut[],
): void {
  for (const uri of uris) {
    const isNamed = ({ name, route }: WayOut) => interfaces.includes(name) || interfaces.includes(route)
    const way = ways.find(one => namesInterface(uri, one.name) && !isNamed(one))
    if (!way) continue
    const { name, route } = way
    const what = name === route ? `${name} carries` : `${name} leads to ${route}, which carries`
    throw new NmgenError(
      'default-route',
      `${what} the default route: test traffic would leave this machine`,
      Exit.environment,
      `if that is an isolated lab, write \`safety: {interfaces: [${route}]}\` into the profile`,
    )
  }
}

/** To ask and to answer takes a queue of each kind, whichever way the streams go. */
function openOne({ spec, sends, receives, maxFrame, answers }: Use, uris: readonly string[]): OpenPort {
  const txQueues = sends ? spec.txQueues : 0
  const rxQueues = receives ? spec.rxQueues : Number(answers)
  const opened = native().open(
    spec.uri,
    answers ? Math.max(txQueues, 1) : txQueues,
    rxQueues,
    spec.args,
    uris,
    answers ? Math.max(maxFrame, SHORTEST_ANSWER) : maxFrame,
  )
  if (!opened.ok)
    throw new NmgenError(
      opened.code,
      `port ${spec.name}: ${opened.message}`,
      exitOf(opened.code),
      opened.hint,
    )
  const backend = spec.uri.slice(0, spec.uri.indexOf(':'))
  const linkBps = opened.linkBps > 0 ? opened.linkBps : null
  return {
    name: spec.name,
    handle: opened.handle,
    txQueues,
    rxQueues: rxQueues > 0 ? opened.rxQueues : 0,
    answers,
    facts: { port: spec.name, uri: spec.uri, backend, facts: opened.facts, linkBps },
  }
}

/** Opens a port that only receives. Throws NmgenError. */
export function openReceiver(spec: PortSpec, ways: readonly WayOut[]): OpenPort {
  // A packet socket takes a copy; every other way would take the machine's own traffic away from it.
  if (!spec.uri.startsWith('afpacket:')) checkInterfaces([spec.uri], { interfaces: [] }, ways)
  try {
    return openOne({ spec, sends: false, receives: true, maxFrame: 0, answers: false }, [spec.uri])
  } finally {
    logNative()
  }
}

/** What the libraries below have said belongs into the log, not on the terminal. Most have nothing to say: it is loaded where they do. */
export function logNative(): void {
  const lines = native()
    .takeLog()
    .split('\n')
    .filter(line => line.trim() !== '')
  if (lines.length === 0) return
  void import('../log.js').then(({ log }) => {
    for (const line of lines) log().debug(line)
  })
}

/** Opens every port that a stream uses; on a failure none stays open. Throws NmgenError. */
export function openPorts(plan: Plan, ways: readonly WayOut[]): OpenPort[] {
  const uses = usesOf(plan)
  const uris = uses.map(({ spec }) => spec.uri)
  checkDistinct(uses)
  checkInterfaces(uris, plan.safety, ways)
  const open: OpenPort[] = []
  try {
    for (const use of uses) open.push(openOne(use, uris))
  } catch (error) {
    closePorts(open)
    throw error
  } finally {
    logNative()
  }
  return open
}

export function closePorts(ports: readonly OpenPort[]): void {
  for (const { handle } of ports) native().close(handle)
  logNative()
}

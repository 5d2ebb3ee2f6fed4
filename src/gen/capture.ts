/** A run that only receives: one port, a worker for each of its queues, each with a tap. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { PortSpec } from '../profile/model.js'
import type { Plan } from '../templates/plan.js'
import { type CpuChoice, chooseCpus } from './cpus.js'
import { placed } from './devices.js'
import { encodePlan } from './encode.js'
import { readHost } from './host.js'
import { type NativeFailure, native } from './native.js'
import { rxPage } from './page.js'
import { Cell } from './page-cells.js'
import { readRx } from './page-read-rx.js'
import { closePorts, type OpenPort, openReceiver } from './ports.js'
import type { Queue } from './queues.js'
import type { PortFacts, RunOutcome, RxQueueSnapshot } from './snapshot.js'
import { Tap } from './tap.js'
import { Team } from './team.js'
import { waysOut } from './ways-out.js'

export interface CaptureOptions {
  /** `backend:device`; every queue is read by a worker of its own. */
  uri: string
  queues: number
  cores?: readonly number[]
  /** As pcap-filter(7); empty: everything. */
  filter: string
  /** Bytes to keep of each frame. */
  snapBytes: number
  /** Frames to take in all; undefined: until it is stopped. More than one queue has no common end. */
  limit?: number
  /** Bytes of each queue's ring between the worker and the reader. */
  ringBytes: number
  /** Whose streams are counted, whichever port they use. */
  plan?: Known
}

/** Of every stream that is known, nothing is said about loss: what was sent is not known here. */
export interface Capture {
  readonly port: PortFacts
  readonly taps: readonly Tap[]
  readonly warnings: RunOutcome['warnings']
  snapshot(): RxQueueSnapshot[]
  /** What the device counted itself. */
  counters(): Record<string, number>
  /** Asks the workers to end; `done` resolves when they have. */
  stop(): void
  readonly done: Promise<NativeFailure | null>
  /** Gives the device back. What is still in the taps can be read after it. */
  close(): void
}

type Known = Pick<Plan, 'streams' | 'ports' | 'durationNs'>

const NOTHING: Known = { streams: [], ports: [], durationNs: null }

/** Throws NmgenError (exit 2, 3 or 4) where it cannot begin. */
export function startCapture(options: CaptureOptions): Capture {
  checkFilter(options.filter)
  const host = readHost()
  const spec: PortSpec = { name: 'rx', uri: options.uri, txQueues: 0, rxQueues: options.queues, args: [] }
  const port = openReceiver(spec, waysOut(host.defaultRoute))
  try {
    const queues = queuesOf(port, options)
    return run(port, queues, chooseCpus(placed(queues, host.cpus), options.cores ?? null, host.cpus))
  } catch (error) {
    closePorts([port])
    throw error
  }
}

function checkFilter(filter: string): void {
  const bad = native().checkFilter(filter)
  if (bad)
    throw new NmgenError(
      bad.code,
      bad.message,
      bad.code === 'bad-filter' ? Exit.usage : Exit.environment,
      bad.hint,
    )
}

function queuesOf(
  port: OpenPort,
  { filter, snapBytes, limit, ringBytes, plan = NOTHING }: CaptureOptions,
): TapQueue[] {
  const { streams } = plan
  const strides = streams.map(({ tx }) => plan.ports.find(({ name }) => name === tx)?.txQueues ?? 1)
  const encoded = encodePlan(plan, { streams, strides, histograms: streams.map(() => 0) })
  return Array.from({ length: port.rxQueues }, (_, queue) => {
    const tap = new Tap(ringBytes, snapBytes, limit ?? 0)
    const page = rxPage({ streams: streams.length, histograms: 0 })
    return {
      direction: 'rx',
      port,
      queue,
      streams: streams.map(({ id }) => id),
      histograms: [],
      sources: [],
      plan: encoded,
      page,
      tap: { memory: tap.memory, filter },
      reader: tap,
    }
  })
}

type TapQueue = Queue & { reader: Tap }

function run(port: OpenPort, queues: readonly TapQueue[], choice: CpuChoice): Capture {
  const team = new Team(queues, choice)
  const count = queues[0]!.streams.length
  const work = async () => {
    const failure = await team.ready()
    if (failure) return failure
    begin(queues)
    return await team.finished('rx')
  }
  return {
    port: port.facts,
    taps: queues.map(({ reader }) => reader),
    warnings: choice.warnings,
    snapshot: () =>
      queues.map(queue =>
        readRx(
          queue.page,
          { port: port.name, queue: queue.queue, ...team.placeOf(queue) },
          queue.streams,
          count,
          0,
        ),
      ),
    counters: () => native().counters(port.handle),
    stop: () => team.stop('rx'),
    done: work().then(async failure => (await team.dismiss()) ?? failure),
    close: () => closePorts([port]),
  }
}

/** There is no start before which a packet would be of another run: every signature counts, however old. */
function begin(queues: readonly Queue[]): void {
  for (const { page } of queues) {
    Atomics.store(page, Cell.epochNs, 1n)
    Atomics.store(page, Cell.go, 1n)
  }
}

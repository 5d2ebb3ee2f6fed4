/** Runs a Plan: opens its devices, starts a pinned worker for each queue, waits, closes. */
import { randomInt } from 'node:crypto'

import type { NmgenError } from '../errors.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { CpuWatch } from './cpu-times.js'
import { chooseCpus } from './cpus.js'
import { placed } from './devices.js'
import type { Run } from './engine-api.js'
import { GroupReader } from './groups.js'
import { readHost } from './host.js'
import { LatencyReader } from './latency.js'
import { LookWatch } from './looks.js'
import { type NativeFailure, native } from './native.js'
import { ownAddresses, resolveNeighbours } from './neighbours.js'
import { readTx } from './page-read.js'
import { readRx } from './page-read-rx.js'
import { checkBounded, closePorts, type OpenPort, openPorts } from './ports.js'
import { type FleetShard, makeQueues, type Queue } from './queues.js'
import { RateControl } from './rate-control.js'
import { clockOf, settle } from './settle.js'
import { ownShard, shareOf } from './shard.js'
import type { Histograms, RunOutcome, Snapshot, StopReason } from './snapshot.js'
import { dismiss, hire, Team } from './team.js'
import { waysOut } from './ways-out.js'

export interface RunOptions {
  /** CPUs for the workers instead of the plan's. */
  cores?: readonly number[]
  durationNs?: number
  shard?: FleetShard
  /** Somebody watches and can end it: only then may it have neither a duration nor a count. */
  attended?: boolean
  /** Its rate may be changed while it goes on (`Run.setRate`). */
  isSteered?: boolean
}

class NativeRun implements Run {
  readonly done: Promise<RunOutcome>
  readonly begun: Promise<void>
  #begin!: () => void
  #startedAt = new Date()
  readonly #latency: LatencyReader
  readonly #groups: GroupReader
  readonly #rate: RateControl
  #stopped: StopReason | undefined
  #epochNs = 0n
  /** By handle: what the device had dropped when the run began. */
  #droppedBefore = new Map<number, number>()

  constructor(
    private readonly plan: Plan,
    private readonly ports: readonly OpenPort[],
    private readonly queues: readonly Queue[],
    private readonly team: Team,
    private readonly warnings: RunOutcome['warnings'],
    private readonly fleet: FleetShard,
  ) {
    this.#latency = new LatencyReader(queues)
    this.#groups = new GroupReader(plan, queues)
    const senders = queues.filter(({ direction }) => direction === 'tx')
    this.#rate = new RateControl(
      senders.map(({ page }) => page),
      () => native().now(),
    )
    this.begun = new Promise(resolve => {
      this.#begin = resolve
    })
    this.done = this.#run()
  }

  snapshot(): Snapshot {
    this.#groups.advance()
    const count = this.plan.streams.length
    const place = (queue: Queue) => ({
      port: queue.port.name,
      queue: queue.queue,
      ...this.team.placeOf(queue),
    })
    const of = (direction: 'tx' | 'rx') => this.queues.filter(queue => queue.direction === direction)
    const elapsedNs = this.#epochNs === 0n ? 0 : Number(native().now() - this.#epochNs)
    // Before the senders, which go on meanwhile: nothing may look received that was not sent.
    const rx = of('rx').map(queue =>
      readRx(queue.page, place(queue), queue.streams, count, this.#drops(queue)),
    )
    return {
      elapsedNs,
      tx: of('tx').map(queue => readTx(queue.page, place(queue), queue.streams, count)),
      rx,
      rateChanges: [...this.#rate.changes],
    }
  }

  histograms(): Histograms {
    return this.#latency.interval()
  }

  setRate(factor: number): void {
    this.#rate.ask(factor)
  }

  stop(reason: 'interrupted' | 'terminated'): void {
    this.#stopped ??= reason
    this.team.stop('tx')
  }

  #isHeard(): boolean {
    const { rx } = this.snapshot()
    return rx.length > 0 && rx.every(({ running }) => running)
  }

  /** The device counts for all its queues; they are told of queue 0. */
  #drops({ port, queue }: Queue): number {
    return queue === 0 ? dropsOf(port) - (this.#droppedBefore.get(port.handle) ?? 0) : 0
  }

  async #run(): Promise<RunOutcome> {
    const looks = new LookWatch(this.queues)
    const cpus = new CpuWatch(() => looks.areSending())
    let failure = await this.team.ready()
    if (!failure) {
      for (const port of this.ports) this.#droppedBefore.set(port.handle, dropsOf(port))
      looks.start()
      cpus.start()
      this.#epochNs = this.team.go(randomInt(1, 0x10000))
      this.#rate.begin(this.#epochNs)
      this.#startedAt = new Date() // of the packets, not of what it took to get there
      this.#begin()
      failure = await this.team.finished('tx', this.plan.durationNs)
      looks.stop()
      cpus.pause()
      this.#rate.end()
      // What is under way when a sender breaks has not been lost either; a receiver that broke gets no more.
      if (!failure || this.#isHeard())
        await settle(
          () => this.snapshot(),
          this.plan,
          clockOf(() => failure !== null || this.#stopped !== undefined),
        )
    }
    this.#begin()
    failure = (await this.team.dismiss()) ?? failure
    const final = this.snapshot()
    const latency = this.#latency.total()
    const [lateness, schedule] = [this.#latency.timings('tx'), this.#latency.timings('rx')]
    const ports = this.ports.map(({ facts, handle }) => ({ ...facts, counters: native().counters(handle) }))
    if (!this.team.hangs) closePorts(this.ports)
    return {
      stopped: failure ? brokenBy(failure) : (this.#stopped ?? this.#ended(final)),
      ...(failure && { error: failure }),
      startedAt: this.#startedAt,
      final,
      latency,
      schedule,
      lateness,
      groups: this.#groups.total(),
      looks: looks.stop(),
      cpuTimes: cpus.stop(this.team.cpus),
      ports,
      warnings: [...this.warnings, ...uncounted(this.team.hanging, failure)],
    }
  }

  /** What of a stream's packets is ours to send. */
  #share(stream: StreamPlan): number {
    return shareOf(stream.count!, ownShard(stream, { index: this.fleet.index, stride: this.fleet.of }))
  }

  /** By its own end: everything that was counted out is sent, or the time was up. */
  #ended(final: Snapshot): StopReason {
    const counted = this.plan.streams.filter(stream => stream.count !== null)
    const sent = (id: number) => final.tx.reduce((sum, queue) => sum + queue.streams[id]!.packets, 0)
    const all =
      counted.length === this.plan.streams.length &&
      counted.every(stream => sent(stream.id) >= this.#share(stream))
    return all || this.plan.durationNs === null ? 'count' : 'duration'
  }
}

/** Frames that came and that the host had no room for. */
function dropsOf({ handle }: OpenPort): number {
  const counters = native().counters(handle)
  return (counters.rx_missed ?? 0) + (counters.rx_no_buffer ?? 0)
}

/** Who hangs may have sent and received more than it has counted; that is said where it is not the run's failure. */
function uncounted(hanging: NativeFailure | null, failure: NativeFailure | null): RunOutcome['warnings'] {
  if (!hanging || hanging === failure) return []
  const { code, message, hint } = hanging
  return [{ code, message: `${message}: its last packets may not be counted`, ...(hint && { advice: hint }) }]
}

/** A packet that was too late is not a fault of the machine, but what the profile asked to be told. */
const brokenBy = ({ code }: NonNullable<RunOutcome['error']>): StopReason =>
  code === 'too-late' ? 'late' : 'failed'

/**
 * Starts a run. Throws NmgenError (exit 3 or 4) where it cannot begin: no device, no permission, no such CPU;
 * nothing was sent then and no device stays open.
 */
export async function startRun(plan: Plan, options: RunOptions = {}): Promise<Run> {
  const host = readHost()
  const asked: Plan = { ...plan, durationNs: options.durationNs ?? plan.durationNs }
  checkBounded(asked, options.attended ?? false)
  const ports = openPorts(asked, waysOut(host.defaultRoute))
  const hands = hire(ports.reduce((sum, { txQueues, rxQueues }) => sum + txQueues + rxQueues, 0))
  try {
    ownAddresses(asked, ports)
    const planned = await resolveNeighbours(asked, ports)
    const fleet = options.shard ?? { index: 0, of: 1 }
    const queues = makeQueues(planned, ports, fleet, options.isSteered)
    const choice = chooseCpus(placed(queues, host.cpus), options.cores ?? planned.cores, host.cpus)
    const team = new Team(queues, choice, hands)
    return new NativeRun(planned, ports, queues, team, choice.warnings, fleet)
  } catch (error) {
    await dismiss(hands)
    closePorts(ports)
    throw error as NmgenError
  }
}

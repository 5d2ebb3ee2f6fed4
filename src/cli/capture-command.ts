/** `nmgen capture`: open, receive until told to end, read the taps meanwhile, report. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Capture, startCapture } from '../gen/capture.js'
import type { NativeFailure } from '../gen/native.js'
import { framesOf } from '../gen/tap.js'
import { version } from '../stats/environment.js'
import { styleFor } from '../stats/style.js'
import { pcapHeader } from '../templates/pcap.js'
import type { Plan } from '../templates/plan.js'
import type { CaptureArguments } from './capture.js'
import { type CaptureFlags, captureFlags } from './capture-flags.js'
import { captureJson, captureResult, captureText } from './capture-result.js'
import { payloadLine, Tally } from './capture-tally.js'
import { setOutcome } from './outcome.js'
import { openOutput } from './output.js'
import { print } from './print.js'
import { readPlan } from './profile.js'
import { stopOnSignals } from './run-signals.js'

const POLL_MS = 5
const RING_BYTES = 64 << 20
/** What headers, and a line of payload, need; whole frames where they are written to a file. */
const SNAP_BYTES = 512
const WHOLE_FRAME = 65_535
/** Beyond this, headers are no longer read, so that no frame is lost for being looked at. */
const BUSY = 0.25

export async function capture(argv: CaptureArguments): Promise<void> {
  const flags = captureFlags(argv)
  const plan = argv.profile === undefined ? undefined : readPlan(argv.profile).plan
  const file = flags.pcap === undefined ? null : openOutput(flags.pcap)
  const { count: limit, ...rest } = flags
  const whole = file !== null || argv.payload === true
  const snapBytes = whole ? WHOLE_FRAME : SNAP_BYTES
  const ports = {
    ...rest,
    snapBytes,
    ringBytes: RING_BYTES,
    ...(limit !== undefined && { limit }),
    ...(plan && { plan }),
  }
  const running = startCapture(ports)
  file?.write(pcapHeader())
  const reader = new Reader(running, file?.write, argv.payload === true)
  const ended = await follow(running, reader, flags, argv.quiet === true).catch(error => {
    running.close()
    throw error
  })
  file?.close()
  await report(argv, flags, { running, reader, plan, ended })
}

/** Empties the taps: into the file, the tally, and lines of payload. */
class Reader {
  readonly tally = new Tally()

  constructor(
    private readonly running: Capture,
    private readonly write: ((bytes: Uint8Array) => void) | undefined,
    private readonly payload: boolean,
  ) {}

  read(): void {
    for (const tap of this.running.taps) {
      const busy = tap.fill > BUSY
      const records = tap.drain()
      if (records.length === 0) continue
      this.write?.(records)
      for (const frame of framesOf(records)) {
        const dissection = this.tally.add(frame, this.payload || !busy)
        const line = this.payload && dissection && payloadLine(frame, dissection)
        if (line) process.stdout.write(`${line}\n`)
      }
    }
  }
}

interface Ended {
  failure: NativeFailure | null
  signal: 'interrupted' | 'terminated' | undefined
  seconds: number
}

async function follow(
  running: Capture,
  reader: Reader,
  { uri, durationNs, idleNs }: CaptureFlags,
  quiet: boolean,
): Promise<Ended> {
  const started = performance.now()
  let signal: Ended['signal']
  const stopper = stopOnSignals(process, code => process.exit(code))
  stopper.attach({
    stop: reason => {
      signal = reason
      running.stop()
    },
  })
  if (!quiet) process.stderr.write(`nmgen ${version()}: receiving on ${uri}\n`)
  let [packets, changed] = [0, started]
  let unwritten: unknown
  const timer = setInterval(() => {
    try {
      reader.read()
    } catch (error) {
      unwritten = error
      clearInterval(timer)
      return running.stop()
    }
    const now = performance.now()
    if (reader.tally.total.packets !== packets) [packets, changed] = [reader.tally.total.packets, now]
    const over = (limitNs: number | undefined, since: number) =>
      limitNs !== undefined && (now - since) * 1e6 >= limitNs
    if (over(durationNs, started) || (packets > 0 && over(idleNs, changed))) running.stop()
  }, POLL_MS)
  try {
    const failure = await running.done
    if (unwritten === undefined) reader.read()
    else throw unwritten
    return { failure, signal, seconds: (performance.now() - started) / 1000 }
  } finally {
    clearInterval(timer)
    stopper.release()
  }
}

interface Finished {
  running: Capture
  reader: Reader
  plan: Plan | undefined
  ended: Ended
}

async function report(argv: CaptureArguments, flags: CaptureFlags, finished: Finished): Promise<void> {
  const { running, reader, plan, ended } = finished
  const result = captureResult({
    running,
    tally: reader.tally,
    plan,
    flags,
    seconds: ended.seconds,
    failure: ended.failure,
  })
  running.close()
  // Where packets go to standard output, the counts do not stand among them.
  const out = argv.payload === true || flags.pcap === '-' ? process.stderr : process.stdout
  const text = argv.json === true ? captureJson(result) : captureText(result, styleFor(out, process.env))
  if (out === process.stderr) process.stderr.write(text)
  else await print(text)
  if (ended.failure)
    throw new NmgenError(ended.failure.code, ended.failure.message, Exit.broken, ended.failure.hint)
  setOutcome(outcome(flags, ended, result.complete))
}

/** Ctrl-C is the usual end of a capture that was given no other. */
function outcome({ count, durationNs, idleNs }: CaptureFlags, { signal }: Ended, complete: boolean) {
  const bounded = count !== undefined || durationNs !== undefined || idleNs !== undefined
  if (signal && bounded) return Exit[signal]
  return complete ? Exit.pass : Exit.invalid
}

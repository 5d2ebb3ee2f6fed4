/** `nmgen run`: read, check, open the files, announce, send, count, judge, report. */

import { callIn } from '../gen/team.js'
import { describer } from '../library/describe.js'
import { begin } from '../library/run.js'
import { openFolder, type RunFolder } from '../report/files.js'
import { type Recorder, recorder } from '../report/folder.js'
import { reports, resultJson, resultText } from '../report/index.js'
import { version } from '../stats/environment.js'
import { type Hdr, loadHdr } from '../stats/latency.js'
import type { Calibration, ProfileResult, Result } from '../stats/result.js'
import { styleFor } from '../stats/style.js'
import { exitOf } from '../stats/verdict.js'
import { modeFor, openView, type View } from '../ui/terminal.js'
import { checkMetrics } from './expectations.js'
import { setOutcome } from './outcome.js'
import { applyOverrides } from './overrides.js'
import { print } from './print.js'
import { readPlans } from './profile.js'
import { announcement, cpuLine } from './run-announce.js'
import { calibrate } from './run-calibrate.js'
import { type Argv, type Flags, readFlags } from './run-flags.js'
import { follow } from './run-follow.js'
import { type Finished, runMatrix, settingsText } from './run-matrix.js'
import { closing, openServers, type RunServer } from './run-servers.js'
import { stopOnSignals } from './run-signals.js'

type Read = ReturnType<typeof readPlans>[number]

export async function runCommand(argv: Argv): Promise<void> {
  const flags = readFlags(argv, process.env)
  callIn(2) // a sender and a receiver: most runs have no more
  const plans = readPlans(String(argv.profile), {
    set: flags.set,
    override: profile => applyOverrides(profile, flags.overrides),
  })
  for (const { plan } of plans) checkMetrics(plan)
  if (plans.length > 1) return await runMatrix(plans, flags, runOne)
  const { result, files } = await runOne(plans[0]!, flags)
  setOutcome(exitOf(result))
  await report(result, files, flags.json)
}

/** One run from its folder to its result, which is written but not printed. */
export async function runOne(read: Read, flags: Flags): Promise<Finished> {
  const matrix = settingsText(read.values)
  const described = describer(read, { ...flags.given, ...(matrix !== '' && { matrix }) })
  const calibration = flags.calibrate ? await calibrate(read.plan.cores) : null
  const view = await viewFor(flags)
  const servers = await openServers(flags, read.plan)
  const files = await openFiles(flags, read, described).catch(closing(servers))
  for (const { said } of servers) view.say(said)
  if (!flags.quiet) {
    if (matrix !== '') view.say(matrix)
    for (const line of announcement(read.profile, read.plan, version())) view.say(line)
  }
  return { result: await send({ flags, read, described, files, view, servers, calibration }), files }
}

interface Files extends Recorder {
  /** Loads what they are written with: when packets are sent, which need not wait for it. */
  prepare(): Promise<void>
}

async function openFiles(
  flags: Flags,
  { text, profile }: Read,
  described: () => ProfileResult,
): Promise<Files | null> {
  if (flags.out === null) return null
  const folder: RunFolder = openFolder({
    ...(flags.out === undefined ? {} : { out: flags.out }),
    parent: 'results',
    profile: profile.name,
    now: new Date(),
  })
  let hdr: Hdr | undefined
  const formats = reports(() => hdr!)
  const files = recorder({ folder, formats, profile: { text, streams: profile.streams.length }, described })
  const prepare = async () => {
    hdr = await loadHdr()
  }
  return { ...files, prepare }
}

function viewFor({ json, quiet }: Flags): Promise<View> {
  const mode = modeFor(process.stderr, process.env, json || quiet)
  return openView({ stream: process.stderr, mode, style: () => styleFor(process.stderr, process.env) })
}

interface Sending {
  flags: Flags
  read: Read
  described: () => ProfileResult
  files: Files | null
  view: View
  servers: readonly RunServer[]
  calibration: Calibration | null
}

async function send(sending: Sending): Promise<Result> {
  const { flags, described, files, view, servers, calibration } = sending
  const { plan } = sending.read
  const { shard } = flags
  const stopper = stopOnSignals(process, code => process.exit(code))
  try {
    const options = { ...(shard && { shard }), attended: isAttended(), isSteered: flags.ui !== undefined }
    const { under: run, judge } = await start(() => begin(plan, options, { described, calibration }), files)
    stopper.attach(run)
    for (const server of servers) server.attach(run)
    if (view.mode !== 'none') view.say(cpuLine(run.snapshot()))
    await run.begun
    const startedAt = new Date()
    await files?.prepare()
    files?.begin({ startedAt, streams: plan.streams.map(stream => stream.name) })
    const watchers = [...(files ? [files] : []), ...servers]
    const outcome = await follow(run, { plan, view, watchers, note: stopper.note })
    const result = await judge(outcome)
    for (const server of servers) server.end?.(result)
    return result
  } finally {
    view.close()
    stopper.release()
    await Promise.all(servers.map(server => server.close()))
  }
}

// Who sits at a terminal can press Ctrl-C; cron, a CI job and a pipe cannot.
const isAttended = (): boolean => process.stdin.isTTY === true

// A folder of a run that never began would look like one that was killed.
async function start<T>(starting: () => Promise<T>, files: Recorder | null): Promise<T> {
  try {
    return await starting()
  } catch (error) {
    files?.discard()
    throw error
  }
}

// Standard output first: a disk that is full must not take the result with it.
async function report(result: Result, files: Recorder | null, json: boolean): Promise<void> {
  const style = styleFor(process.stdout, process.env)
  await print(json ? resultJson(result) : resultText(result, { style, folder: files?.folder ?? null }))
  files?.end(result)
}

/** `matrix`: every combination is a run of its own, one after the other. */
import { join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import type { Recorder } from '../report/folder.js'
import { resultText } from '../report/index.js'
import type { Result } from '../stats/result.js'
import { styleFor } from '../stats/style.js'
import { exitOf } from '../stats/verdict.js'
import { setOutcome } from './outcome.js'
import { print } from './print.js'
import type { ReadPlan } from './profile.js'
import type { Flags } from './run-flags.js'

export const MATRIX_SCHEMA = 'nmgen.matrix/1'

export interface Finished {
  result: Result
  files: Recorder | null
}

type RunOne = (read: ReadPlan, flags: Flags) => Promise<Finished>

/** What became of one combination; a run that could not begin has an error instead of a result. */
interface MatrixRun {
  settings: Readonly<Record<string, string>>
  result: Result | null
  error?: { code: string; message: string; hint?: string }
}

/** `seed=1 streams.udp.frame=64B` */
export const settingsText = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([path, value]) => `${path}=${value}`)
    .join(' ')

export async function runMatrix(plans: readonly ReadPlan[], flags: Flags, runOne: RunOne): Promise<void> {
  const runs: MatrixRun[] = []
  const exits: ExitCode[] = []
  for (const [i, read] of plans.entries()) {
    const { run, exit, files } = await attempt(read, ownFolder(flags, i, plans.length), runOne)
    runs.push(run)
    exits.push(exit)
    if (!flags.json) await print(`${i > 0 ? '\n' : ''}${runText(run, files)}`)
    if (run.result) files?.end(run.result)
    // Whoever stopped one run wants the shell back, not the next one.
    if (isStop(exit)) break
  }
  if (flags.json) await print(`${JSON.stringify({ schema: MATRIX_SCHEMA, runs }, null, 2)}\n`)
  setOutcome(worst(exits))
}

async function attempt(read: ReadPlan, flags: Flags, runOne: RunOne) {
  const settings = read.values
  try {
    const { result, files } = await runOne(read, flags)
    return { run: { settings, result } as MatrixRun, exit: exitOf(result), files }
  } catch (failure) {
    if (!(failure instanceof NmgenError)) throw failure
    const { code, message, hint, exit } = failure
    const error = { code, message, ...(hint !== undefined && { hint }) }
    return { run: { settings, result: null, error } as MatrixRun, exit, files: null }
  }
}

/** `--out DIR` holds a folder for each run: 01, 02, ... */
function ownFolder(flags: Flags, i: number, of: number): Flags {
  if (typeof flags.out !== 'string') return flags
  return { ...flags, out: join(flags.out, String(i + 1).padStart(String(of).length, '0')) }
}

function runText({ settings, result, error }: MatrixRun, files: Recorder | null): string {
  const head = `${settingsText(settings)}\n`
  if (!result) return `${head}not run: ${error!.message} [${error!.code}]\n`
  const style = styleFor(process.stdout, process.env)
  return head + resultText(result, { style, folder: files?.folder ?? null })
}

const isStop = (exit: ExitCode): boolean => exit === Exit.interrupted || exit === Exit.terminated

/** What says most about why the whole is no pass. */
export function worst(exits: readonly ExitCode[]): ExitCode {
  const order = [
    Exit.interrupted,
    Exit.terminated,
    Exit.broken,
    Exit.environment,
    Exit.profile,
    Exit.invalid,
    Exit.threshold,
  ]
  return order.find(exit => exits.includes(exit)) ?? exits.find(exit => exit !== Exit.pass) ?? Exit.pass
}

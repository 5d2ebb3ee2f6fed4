import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import type { Result } from '../../src/stats/result.js'

/** The command as `npx nmgen` runs it: compiled, in a process of its own. */
export const program = resolve('bin/nmgen.js')

export interface Ran {
  code: number | undefined
  stdout: string
  stderr: string
}

export interface RanJson extends Ran {
  result: Result
}

export interface Options {
  env?: Record<string, string>
  /** A command that runs nmgen, such as `setpriv …`. */
  through?: readonly string[]
  cwd?: string
  /** Milliseconds; far above what a run takes. */
  timeout?: number
}

/** Nothing of the caller's environment changes what a test sees: no CI, no NO_COLOR, no NMGEN_*. */
const environment = { PATH: process.env.PATH ?? '', HOME: tmpdir(), TERM: 'xterm-256color', LANG: 'C.UTF-8' }

/** A process of nmgen that goes on; the caller waits for it. */
export function startNmgen(
  args: readonly string[],
  { env, through = [], cwd = '.', timeout = 25_000 }: Options = {},
) {
  const [file = '', ...rest] = [...through, process.execPath, program, ...args]
  return execa(file, rest, {
    env: { ...environment, ...env },
    extendEnv: false,
    cwd,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    // Well above what any of the runs takes: a run that hangs fails its test, and leaves no process behind.
    timeout,
    killSignal: 'SIGKILL',
  })
}

export async function nmgen(args: readonly string[], options: Options = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await startNmgen(args, options)
  return { code: exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** `run … --json`; where there is no result, the error says why. */
export async function runJson(args: readonly string[], options: Options = {}): Promise<RanJson> {
  const ran = await nmgen(['run', ...args, '--json'], options)
  if (ran.stdout === '') throw new Error(`no result, exit ${ran.code}: ${ran.stderr}`)
  return { ...ran, result: JSON.parse(ran.stdout) as Result }
}

/** Every shipped profile. */
export const profiles = readdirSync('profiles')
  .filter(file => file.endsWith('.yaml'))
  .map(file => `profiles/${file}`)

/** Hands over an empty folder and removes it afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nmgen-test-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Waits until something is so; rejects when it takes too long. */
export async function until(what: string, holds: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${what}`)
    await new Promise(done => setTimeout(done, 10))
  }
}

/** Why nothing that needs the dpdk backend can run here: for `ctx.skip`. */
export const whyNoDpdk = () => whyNoBackend('dpdk')

export async function whyNoBackend(wanted: string): Promise<string | undefined> {
  const { stdout } = await nmgen(['doctor', '--json'])
  const { backends } = JSON.parse(stdout) as {
    backends: { name: string; available: boolean; reason?: string }[]
  }
  const found = backends.find(({ name }) => name === wanted)
  return found?.available ? undefined : (found?.reason ?? `nmgen was built without ${wanted}`)
}

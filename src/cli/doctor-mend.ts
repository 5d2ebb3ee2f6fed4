/** What `doctor --fix` changes: files of /proc and /sys only, each with what it held, so that `--undo` takes all of it back. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { Files } from '../gen/files.js'
import type { Host } from '../gen/host.js'

export interface Change {
  file: string
  from: string
  to: string
}

/** Enough for DPDK's pools of a few ports. */
const HUGEPAGES = '256'

export function changesFor({ hugepages, cpus }: Host, root = '/'): Change[] {
  const files = new Files(root)
  const change = (file: string, to: string): Change[] => {
    const from = files.text(file)
    return from === null || from === to ? [] : [{ file, from, to }]
  }
  const governors = cpus.online.flatMap(cpu =>
    change(`sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`, 'performance'),
  )
  if (hugepages.some(({ free }) => free > 0)) return governors
  return [...change('proc/sys/vm/nr_hugepages', HUGEPAGES), ...governors]
}

export const stateFile = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'nmgen', 'doctor.json')

/** The first values that were found stay the ones to go back to, however often it is mended. */
export function mend(changes: readonly Change[], state: string, root = '/'): void {
  const before = recorded(state)
  const fresh = changes.filter(({ file }) => !before.some(one => one.file === file))
  mkdirSync(dirname(state), { recursive: true })
  writeFileSync(state, JSON.stringify([...before, ...fresh], null, 2))
  for (const { file, to } of changes) write(join(root, file), to)
}

/** What was taken back. */
export function undo(state: string, root = '/'): Change[] {
  const before = recorded(state)
  for (const { file, from } of [...before].reverse()) write(join(root, file), from)
  rmSync(state, { force: true })
  return before
}

function recorded(state: string): Change[] {
  try {
    return JSON.parse(readFileSync(state, 'utf8')) as Change[]
  } catch {
    return []
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    const { message } = cause as Error
    throw new NmgenError(
      'not-mended',
      `${file} cannot be written: ${message}`,
      Exit.environment,
      'use sudo',
      {
        cause,
      },
    )
  }
}

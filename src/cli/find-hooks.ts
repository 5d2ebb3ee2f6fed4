import { spawn } from 'node:child_process'
import type { HookRun } from '../report/search/report.js'

/** What a report can hold of it. */
const MOST = 16_384
/** What a shell has said is here by then; what it has left in the background may hold its output open for ever. */
const REST_MS = 200

/**
 * A shell command of the user's, until its shell ends: what that leaves in the background goes on. Never rejects: how it ended
 * is in its exit code; null: by a signal.
 */
export function runHook(command: string, env: Readonly<Record<string, string>>): Promise<HookRun> {
  return new Promise(resolve => {
    const child = spawn('sh', ['-c', command], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      if (output.length < MOST) output = (output + chunk.toString('utf8')).slice(0, MOST)
    }
    const end = (exit: number | null) => {
      for (const pipe of [child.stdout, child.stderr]) pipe.destroy()
      resolve({ command, exit, output })
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', error => resolve({ command, exit: null, output: error.message }))
    child.once('exit', exit => setTimeout(end, REST_MS, exit))
    child.once('close', end)
  })
}

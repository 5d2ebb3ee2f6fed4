import { spawn } from 'node:child_process'
import type { HookRun } from '../report/search/report.js'

/** What a report can hold of it. */
const MOST = 16_384

/** A shell command of the user's. Never rejects: how it ended is in its exit code; null: by a signal. */
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
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', error => resolve({ command, exit: null, output: error.message }))
    child.once('close', exit => resolve({ command, exit, output }))
  })
}

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The result document of a run of `profile`, a file, for `seconds` on the last of `cpus`. */
export async function nmgen({ profile, device, cpus, seconds = 3 }) {
  const where = ['--tx', `dpdk:${device}`, '--duration', `${seconds}s`, '--cores', String(cpus.at(-1))]
  const command = [`${root}/bin/nmgen.js`, 'run', profile, ...where, '--no-out', '--json', '--quiet']
  // A profile of 10,000 streams takes its time to compile: that is not what is measured here.
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    timeout: 300_000,
    maxBuffer: 1e9,
  })
  return JSON.parse(stdout)
}

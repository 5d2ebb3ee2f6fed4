import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The result document of a 3-second run of `profile` on the last of `cpus`. */
export async function nmgen({ profile, device, cpus, set = [] }) {
  const settings = set.flatMap(setting => ['--set', setting])
  const flags = [
    '--tx',
    `dpdk:${device}`,
    '--duration',
    '3s',
    '--cores',
    String(cpus.at(-1)),
    '--no-out',
    '--json',
    '--quiet',
  ]
  const command = [`${root}/bin/nmgen.js`, 'run', `${root}/${profile}`, ...flags, ...settings]
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: 60_000, maxBuffer: 1e8 })
  return JSON.parse(stdout)
}

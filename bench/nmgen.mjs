import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The result document of a run of `profile`, a file, for `seconds` on the last of `cpus`; what receives has another. */
export async function nmgen({
  profile,
  device,
  uri = `dpdk:${device}`,
  receives = false,
  cpus,
  seconds = 3,
}) {
  const cores = receives ? [cpus.at(-1), cpus[0]] : [cpus.at(-1)]
  const ports = receives ? ['--tx', uri, '--rx', uri] : ['--tx', uri, '--rx', 'none']
  const where = [...ports, '--duration', `${seconds}s`, '--cores', cores.join(',')]
  const command = [`${root}/bin/nmgen.js`, 'run', profile, ...where, '--no-out', '--json', '--quiet']
  // A profile of 10,000 streams takes its time to compile: that is not what is measured here.
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    timeout: 300_000,
    maxBuffer: 1e9,
  })
  return JSON.parse(stdout)
}

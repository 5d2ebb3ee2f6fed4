import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Builds what sends plans without Node, and what sends as plainly as DPDK can; cheap where nothing has changed. */
export function buildPrograms() {
  execFileSync(`${root}/tools/bench-core.sh`, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Packets per second of bench/core/limits.c: a short run tells how many packets take so many seconds. */
export async function limit({ mode, device, cpus, hugepages, seconds = 3 }) {
  const memory = hugepages ? ['--in-memory'] : ['--no-huge', '--no-shconf', '-m', '512']
  const cores =
    mode === 'handed' ? [`${cpus[0]},${cpus.at(-1)}`, `--main-lcore=${cpus.at(-1)}`] : [String(cpus.at(-1))]
  const eal = ['-l', ...cores, '--no-pci', ...memory, '--no-telemetry', `--vdev=${device}`]
  const rateOf = async packets => {
    const args = [...eal, '--', mode, String(packets)]
    const { stdout } = await promisify(execFile)(`${root}/build/bench-limits`, args, { timeout: 120_000 })
    const [, sent, took] = stdout.match(/^\w+ (\d+) ([\d.]+)$/m)
    return Number(sent) / Number(took)
  }
  return rateOf(Math.ceil((await rateOf(4_000_000)) * seconds))
}

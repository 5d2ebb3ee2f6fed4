import { spawn } from 'node:child_process'
import { median } from './statistics.mjs'

/** Seconds of steady sending that are read; the first reading, with start-up in it, does not count. */
const READINGS = 3

function commandLine({ device, cpus, hugepages, forward = 'txonly', mode = [] }) {
  const memory = hugepages ? ['--in-memory'] : ['--no-huge', '--no-shconf', '-m', '512']
  const eal = ['-l', cpus.join(','), '--no-pci', ...memory, '--no-telemetry', `--vdev=${device}`]
  const app = [
    '--auto-start',
    '--nb-cores=1',
    '--total-num-mbufs=16384',
    '--txpkts=60',
    '--port-topology=loop',
  ]
  return [
    ...eal,
    '--',
    ...app,
    '--mbcache=512',
    '--burst=64',
    '--stats-period=1',
    `--forward-mode=${forward}`,
    ...mode,
  ]
}

/**
 * Packets per second of Debian's dpdk-testpmd, sending 60-byte buffers on one forwarding core (the last of `cpus`).
 * `forward`: its mode, txonly or flowgen; `mode`: more of its arguments, e.g. `--txonly-multi-flow`.
 */
export function testpmd(options) {
  const child = spawn('dpdk-testpmd', commandLine(options), { stdio: ['pipe', 'pipe', 'pipe'] })
  const rates = []
  let output = ''
  let seen = 0
  const read = chunk => {
    output += chunk
    const found = [...output.matchAll(/Tx-pps:\s+(\d+)/g)]
      .map(match => Number(match[1]))
      .filter(rate => rate > 0)
    for (; seen < found.length; seen++) rates.push(found[seen])
    // The port is printed with its total beneath: one reading a period is enough, and the first is dropped.
    if (rates.length > READINGS) child.kill('SIGINT')
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const guard = setTimeout(() => child.kill('SIGKILL'), 60_000)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(guard)
      if (rates.length > READINGS) resolve(median(rates.slice(1)))
      else reject(new Error(`dpdk-testpmd gave no rate:\n${output.slice(-2000)}`))
    })
  })
}

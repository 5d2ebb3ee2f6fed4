/** The machine that a result was measured on: without it two results cannot be compared. */
import { readFileSync } from 'node:fs'
import { arch, hostname, release, totalmem, type } from 'node:os'
import { type Host, readHost } from '../gen/host.js'
import type { Environment } from './result.js'

export function environment(host: Host = readHost()): Environment {
  return {
    nmgen: version(),
    node: process.version,
    kernel: host.kernel ?? release(),
    os: osName(),
    arch: arch(),
    host: hostname(),
    cpu_model: host.cpuModel,
    cpus: host.cpus.online.length,
    cpus_allowed: host.cpus.allowed,
    cpus_isolated: host.cpus.isolated,
    cpu_quota: host.cpus.quota,
    numa_nodes: new Set(Object.values(host.cpus.nodes)).size,
    memory_bytes: totalmem(),
    hugepages: host.hugepages.map(({ sizeKib, total, free }) => ({
      size_bytes: sizeKib * 1024,
      total,
      free,
    })),
    governor: host.governor,
    clock_source: host.clockSource,
    virtual_machine: host.virtualMachine,
    container: host.container,
  }
}

/** The version in package.json, which lies two folders up from here in `src` and in `dist` alike. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

// os-release(5).
function osName(): string {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type()
  } catch {
    return type()
  }
}

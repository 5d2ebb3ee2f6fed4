/** All that a run does before its first packet, and nothing after: devices are opened and closed, CPUs chosen. */
import type { Plan } from '../templates/plan.js'
import { chooseCpus } from './cpus.js'
import { placed } from './devices.js'
import { readHost } from './host.js'
import { closePorts, openPorts } from './ports.js'
import { makeQueues } from './queues.js'
import { waysOut } from './ways-out.js'

/** Throws NmgenError (exit 3 or 4) where a run could not begin; neighbours are not asked for. */
export function rehearse(plan: Plan): { uris: string[]; cpus: readonly number[] } {
  const host = readHost()
  const ports = openPorts(plan, waysOut(host.defaultRoute))
  try {
    const queues = makeQueues(plan, ports, { index: 0, of: 1 })
    const { cpus } = chooseCpus(placed(queues, host.cpus), plan.cores, host.cpus)
    return { uris: ports.map(({ facts }) => facts.uri), cpus }
  } finally {
    closePorts(ports)
  }
}

import type { CommandModule } from 'yargs'
import type { BackendInfo } from '../gen/native.js'
import type { Machine } from '../gen/openings.js'
import { styleFor } from '../report/style.js'

interface PortsArguments {
  json: boolean
}

const command: CommandModule<object, PortsArguments> = {
  command: 'ports',
  describe: 'List the ports that can be opened here, and how to get the rest',
  builder: yargs =>
    yargs
      .usage(
        'nmgen ports\n\nExamples:\n$ nmgen ports\n$ nmgen ports --json | jq -r ".devices[].opens_as[].uri"',
      )
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' }),
  handler: async ({ json }) => {
    const { devicesOf, softwareOf } = await import('../gen/openings.js')
    const { formatPorts } = await import('./ports-text.js')
    const machine = await readMachine()
    const list = {
      devices: devicesOf(machine),
      software: softwareOf(machine),
      backends: machine.backends,
    }
    const text = json
      ? JSON.stringify({ schema: 'nmgen.ports/1', ...list }, null, 2)
      : formatPorts(list, styleFor(process.stdout, process.env))
    process.stdout.write(`${text}\n`)
  },
}

export default command

export interface PortList {
  devices: ReturnType<typeof import('../gen/openings.js').devicesOf>
  software: ReturnType<typeof import('../gen/openings.js').softwareOf>
  backends: readonly BackendInfo[]
}

/** Nothing is opened: a device that is in use stays as it is. */
async function readMachine(): Promise<Machine> {
  const { native } = await import('../gen/native.js')
  const { readHost } = await import('../gen/host.js')
  const { readInterfaces, readPciDevices } = await import('../gen/devices.js')
  const { dpdkDrivers } = await import('../gen/dpdk-drivers.js')
  const { defaultRoute, hugepages } = readHost()
  const backends = native().backends()
  return {
    backends,
    interfaces: readInterfaces(),
    pci: readPciDevices(),
    defaultRoute,
    dpdkDrivers: dpdkDrivers(),
    freeHugepages: hugepages.some(({ free }) => free > 0),
  }
}

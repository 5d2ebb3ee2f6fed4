/** `nmgen bind` and `unbind`: DPDK's own tool does it; here is decided whether it may, and remembered what was before. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname, join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type PciDevice, readPciDevices } from '../gen/devices.js'
import { readHost } from '../gen/host.js'
import { type WayOut, waysOut } from '../gen/ways-out.js'
import { stateFile } from './doctor-mend.js'

const DPDK_DRIVER = 'vfio-pci'
const TOOL = 'dpdk-devbind.py'

type Addresses = ReturnType<typeof networkInterfaces>

export async function give(name: string, driver = DPDK_DRIVER): Promise<void> {
  const device = deviceOf(name, readPciDevices())
  const session = sessionInterface(process.env.SSH_CONNECTION, networkInterfaces())
  refuseOwn(device, waysOut(readHost().defaultRoute), session === undefined ? [] : waysOut([session]))
  if (device.driver !== null && device.driver !== driver) remember(device.address, device.driver)
  await devbind(driver, device.address)
}

export async function takeBack(name: string, driver?: string): Promise<void> {
  const { address } = deviceOf(name, readPciDevices())
  const former = driver ?? drivers()[address]
  if (former === undefined)
    throw new NmgenError(
      'no-former-driver',
      `nmgen has not taken ${address} from a driver`,
      Exit.usage,
      'name the driver of the kernel: --driver ice',
    )
  await devbind(former, address)
}

export function deviceOf(name: string, devices: readonly PciDevice[]): PciDevice {
  const found = devices.find(one => one.address === name || one.interfaces.includes(name))
  if (found) return found
  throw new NmgenError(
    'no-pci-device',
    `${name} is no network device on the PCI bus, nor an interface of one`,
    Exit.environment,
    '`nmgen ports` lists those of this machine',
  )
}

/** The interface that an SSH session came in by. SSH_CONNECTION: client, its port, server, its port (ssh(1)). */
export function sessionInterface(connection: string | undefined, interfaces: Addresses): string | undefined {
  const server = connection?.split(' ')[2]
  const has = ([, addresses = []]: [string, Addresses[string]]) =>
    addresses.some(({ address }) => address === server)
  return server === undefined ? undefined : Object.entries(interfaces).find(has)?.[0]
}

/** Who takes away what they are connected by cannot give it back. */
export function refuseOwn(
  { address, interfaces }: PciDevice,
  routes: readonly WayOut[],
  session: readonly WayOut[] = [],
): void {
  const isOurs = ({ name }: WayOut) => name === address || interfaces.includes(name)
  const route = routes.find(isOurs)
  if (route)
    throw new NmgenError(
      'default-route',
      `${address} carries the default route (${route.route}): this machine would be off the network`,
      Exit.environment,
      'take another NIC; where it must be this one, use dpdk-devbind.py from a console',
    )
  const own = session.find(isOurs)
  if (own)
    throw new NmgenError(
      'ssh-session',
      `${address} carries your SSH session (${own.route}): it would end here`,
      Exit.environment,
      'take another NIC, or come in by another one',
    )
}

const memory = (): string => join(dirname(stateFile(process.env)), 'drivers.json')

function drivers(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(memory(), 'utf8')) as Record<string, string>
  } catch {
    return {}
  }
}

function remember(address: string, driver: string): void {
  mkdirSync(dirname(memory()), { recursive: true })
  writeFileSync(memory(), JSON.stringify({ ...drivers(), [address]: driver }, null, 2))
}

export function devbind(driver: string, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(TOOL, [`--bind=${driver}`, address], (error, stdout, stderr) => {
      if (!error) return resolve(void process.stderr.write(`${address} is with ${driver}\n`))
      const missing = error.code === 'ENOENT'
      const why = missing ? `there is no ${TOOL}` : `${stdout}${stderr}`.trim().split('\n').at(-1)
      const hint = missing ? 'apt-get install dpdk' : `modprobe ${driver}, and run as root`
      reject(
        new NmgenError('not-bound', `${address} was not given to ${driver}: ${why}`, Exit.environment, hint),
      )
    })
  })
}

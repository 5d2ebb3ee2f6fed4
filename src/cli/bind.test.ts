import { describe, expect, it } from 'vitest'
import type { PciDevice } from '../gen/devices.js'
import { devbind, deviceOf, refuseOwn, sessionInterface } from './bind-command.js'

const nic: PciDevice = { address: '0000:03:00.0', driver: 'ice', numaNode: 0, interfaces: ['eth3'] }

describe('nmgen bind', () => {
  it('takes an address or the name of an interface', () => {
    expect(deviceOf('eth3', [nic])).toBe(nic)
    expect(deviceOf('0000:03:00.0', [nic])).toBe(nic)
    expect(() => deviceOf('lo', [nic])).toThrow(expect.objectContaining({ code: 'no-pci-device', exit: 4 }))
  })

  it('refuses what carries the default route, or the SSH session, and nothing else', () => {
    const code = (code: string) => expect.objectContaining({ code, exit: 4 })
    expect(() => refuseOwn(nic, [{ name: 'eth3', route: 'bond0' }])).toThrow(code('default-route'))
    expect(() => refuseOwn(nic, [], [{ name: '0000:03:00.0', route: 'eth3' }])).toThrow(code('ssh-session'))
    refuseOwn(nic, [{ name: 'eth0', route: 'eth0' }], [{ name: 'eth0', route: 'eth0' }])
  })

  it('says what was missing where nothing was moved', async () => {
    const { PATH } = process.env
    process.env.PATH = '/nonexistent'
    const failed = { code: 'not-bound', exit: 4, hint: 'apt-get install dpdk' }
    await expect(devbind('vfio-pci', nic.address)).rejects.toMatchObject(failed)
    process.env.PATH = PATH
  })

  it('finds the interface that a session came in by', () => {
    const addresses = { eth0: [{ address: '192.0.2.1' }], eth3: [{ address: '192.0.2.9' }] }
    const interfaces = addresses as unknown as Parameters<typeof sessionInterface>[1]
    expect(sessionInterface('198.51.100.7 5022 192.0.2.9 22', interfaces)).toBe('eth3')
    expect(sessionInterface('198.51.100.7 5022 192.0.2.99 22', interfaces)).toBeUndefined()
    expect(sessionInterface(undefined, interfaces)).toBeUndefined()
  })
})

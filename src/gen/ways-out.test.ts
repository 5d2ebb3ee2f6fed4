import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waysOut } from './ways-out.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nmgen-ways-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function made(...paths: readonly string[]): void {
  for (const path of paths) mkdirSync(join(root, path), { recursive: true })
}

it('is the interface with the default route alone where nothing lies below or above it', () => {
  made('sys/class/net/eth0', 'sys/class/net/eth1')
  expect(waysOut(['eth0'], root)).toEqual([{ name: 'eth0', route: 'eth0' }])
  expect(waysOut([], root)).toEqual([])
})

it('is its PCI device too, which DPDK may open beside the kernel', () => {
  const device = 'sys/bus/pci/devices/0000:03:00.0'
  made('sys/class/net/eth0', `${device}/net/eth0`)
  writeFileSync(join(root, device, 'class'), '0x020000\n')
  expect(waysOut(['eth0'], root)).toEqual([
    { name: 'eth0', route: 'eth0' },
    { name: '0000:03:00.0', route: 'eth0' },
  ])
})

it('is each member of a bond or a bridge, and the VLANs on them', () => {
  made('sys/class/net/br0', 'sys/class/net/eth0', 'sys/class/net/eth0.5', 'sys/class/net/eth1')
  const link = (path: string) => {
    made(dirname(path))
    symlinkSync('..', join(root, path))
  }
  link('sys/class/net/br0/lower_eth0')
  link('sys/class/net/eth0/upper_br0')
  link('sys/class/net/eth0/upper_eth0.5')
  expect(waysOut(['br0'], root).map(({ name }) => name)).toEqual(['br0', 'eth0', 'eth0.5'])
})

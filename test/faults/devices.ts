/** What a run with a fault is sent on: its flags, and what is taken down behind it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { execa } from 'execa'
import { type Reserved, reserveHugepages } from '../lab/hugepages.js'
import { Lab, type Link } from '../lab/netns.js'

export interface Setting {
  flags: readonly string[]
  /** Interfaces of the kernel, sender first; none of a device in memory. */
  links: readonly Link[]
  lab: Lab | null
  /** Who reads the pipe, where the device is one. */
  reader: ChildProcess | null
  /** Where the device's memory is, if it is there. */
  hugepages: Reserved | null
  dispose(): Promise<void>
}

export type Place = (folder: string) => Promise<Setting>

const nothing = { links: [], lab: null, reader: null, hugepages: null, dispose: async () => {} }

const memory =
  (...flags: string[]): Place =>
  async () => ({ ...nothing, flags })

const inHugepages =
  (place: Place): Place =>
  async folder => {
    const hugepages = reserveHugepages()
    return { ...(await place(folder)), hugepages, dispose: async () => hugepages.revoke() }
  }

const interfaces =
  (tx: string, rx: string, options: { gro?: boolean } = {}): Place =>
  async () => {
    const lab = await Lab.create({ pairs: 2, bridge: true, ...options })
    const [from, to] = lab.links as [Link, Link]
    const ports = ['--tx', `${tx}:${from.near}`, '--rx', `${rx}:${to.near}`]
    const set = ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
    return {
      ...nothing,
      flags: [...ports, ...set],
      links: [from, to],
      lab,
      dispose: () => lab.dispose(),
    }
  }

const pipe: Place = async folder => {
  const file = join(folder, 'pipe')
  await execa('mkfifo', [file])
  const reader = spawn('cat', [file], { stdio: 'ignore' })
  const ended = new Promise(resolve => reader.once('exit', resolve))
  return {
    ...nothing,
    flags: ['--tx', `pcap:${file}`, '--set', 'expect=[]'],
    reader,
    dispose: async () => {
      reader.kill('SIGKILL')
      await ended
    },
  }
}

const ring = memory('--tx', 'dpdk:net_ring0', '--rx', 'dpdk:net_ring0')

/** What each of them needs, backends and `hugepages`, and how it is made. */
export const devices: Readonly<Record<string, { needs: readonly string[]; place: Place }>> = {
  loop: { needs: ['loop'], place: memory('--tx', 'loop:x') },
  'loop on 2 queues': { needs: ['loop'], place: memory('--tx', 'loop:x', '--queues', '2') },
  pipe: { needs: ['pcap'], place: pipe },
  net_ring: { needs: ['dpdk'], place: ring },
  'net_ring in hugepages': { needs: ['dpdk', 'hugepages'], place: inHugepages(ring) },
  afpacket: { needs: ['afpacket'], place: interfaces('afpacket', 'afpacket') },
  afxdp: { needs: ['afxdp'], place: interfaces('afxdp', 'afxdp') },
  xdp: { needs: ['xdp'], place: interfaces('xdp', 'afxdp', { gro: true }) },
}

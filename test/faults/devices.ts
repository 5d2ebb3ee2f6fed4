/** What a run with a fault is sent on: its flags, and what is taken down behind it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { execa } from 'execa'
import { Lab, type Link } from '../lab/netns.js'

export interface Setting {
  flags: readonly string[]
  /** Interfaces of the kernel, sender first; none of a device in memory. */
  links: readonly Link[]
  lab: Lab | null
  /** Who reads the pipe, where the device is one. */
  reader: ChildProcess | null
  dispose(): Promise<void>
}

export type Place = (folder: string) => Promise<Setting>

const memory =
  (...flags: string[]): Place =>
  async () => ({ flags, links: [], lab: null, reader: null, dispose: async () => {} })

const interfaces =
  (tx: string, rx: string, options: { gro?: boolean } = {}): Place =>
  async () => {
    const lab = await Lab.create({ pairs: 2, bridge: true, ...options })
    const [from, to] = lab.links as [Link, Link]
    const ports = ['--tx', `${tx}:${from.near}`, '--rx', `${rx}:${to.near}`]
    const set = ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
    return { flags: [...ports, ...set], links: [from, to], lab, reader: null, dispose: () => lab.dispose() }
  }

const pipe: Place = async folder => {
  const file = join(folder, 'pipe')
  await execa('mkfifo', [file])
  const reader = spawn('cat', [file], { stdio: 'ignore' })
  const ended = new Promise(resolve => reader.once('exit', resolve))
  return {
    flags: ['--tx', `pcap:${file}`, '--set', 'expect=[]'],
    links: [],
    lab: null,
    reader,
    dispose: async () => {
      reader.kill('SIGKILL')
      await ended
    },
  }
}

/** The backend that each of them needs, and how it is made. */
export const devices: Readonly<Record<string, { backend: string; place: Place }>> = {
  loop: { backend: 'loop', place: memory('--tx', 'loop:x') },
  'loop on 2 queues': { backend: 'loop', place: memory('--tx', 'loop:x', '--queues', '2') },
  pipe: { backend: 'pcap', place: pipe },
  net_ring: { backend: 'dpdk', place: memory('--tx', 'dpdk:net_ring0', '--rx', 'dpdk:net_ring0') },
  afpacket: { backend: 'afpacket', place: interfaces('afpacket', 'afpacket') },
  afxdp: { backend: 'afxdp', place: interfaces('afxdp', 'afxdp') },
  xdp: { backend: 'xdp', place: interfaces('xdp', 'afxdp', { gro: true }) },
}

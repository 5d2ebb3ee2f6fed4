/** What may happen to a run in its middle, and how it may end then. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { crashThread, threadOf } from '../lab/threads.js'
import type { Setting } from './devices.js'

export interface Victim {
  pid: number
  /** Where results go; a disk of its own. */
  disk: string
  setting: Setting
  kill(signal: NodeJS.Signals): void
}

export interface Fault {
  /** On which devices it can happen: names of devices.ts. */
  devices: readonly string[]
  inject(victim: Victim): Promise<unknown>
  exits: readonly number[]
  /** No process was left to write it. */
  hasNoResult?: boolean
  /** A burst that was handed over is counted behind that: a crash between the two leaves it uncounted. */
  isMidBurst?: boolean
  /** The clock is stepped by what the process is started with, and the run ends by itself. */
  steps?: boolean
}

const kernel = ['afpacket', 'afxdp', 'xdp']
const all = ['loop', 'loop on 2 queues', 'pipe', 'net_ring', ...kernel]
const received = all.filter(name => name !== 'pipe')
const BROKEN = 5

const signal = (name: NodeJS.Signals) => async (victim: Victim) => victim.kill(name)
const crash =
  (worker: string) =>
  async ({ pid }: Victim) =>
    crashThread(pid, threadOf(pid, `nmgen ${worker}`)!)
const removed =
  (index: number) =>
  ({ setting }: Victim) =>
    execa('ip', ['link', 'delete', setting.links[index]!.near])

export const faults: Readonly<Record<string, Fault>> = {
  SIGINT: { devices: all, inject: signal('SIGINT'), exits: [130] },
  SIGTERM: { devices: all, inject: signal('SIGTERM'), exits: [143] },
  SIGKILL: { devices: all, inject: signal('SIGKILL'), exits: [], hasNoResult: true },
  'the sender crashes': { devices: all, inject: crash('TX0'), exits: [BROKEN], isMidBurst: true },
  'the receiver crashes': { devices: received, inject: crash('RX0'), exits: [BROKEN], isMidBurst: true },
  'the sender is removed': { devices: kernel, inject: removed(0), exits: [BROKEN] },
  'the receiver is removed': { devices: kernel, inject: removed(1), exits: [BROKEN] },
  'the link goes down': {
    devices: kernel,
    inject: ({ setting }) => setting.lab!.run('ip', 'link', 'set', 'dev', setting.links[0]!.far, 'down'),
    exits: [BROKEN],
  },
  'the disk is full': {
    devices: all,
    inject: async ({ disk, kill }) => {
      fill(disk)
      // A second later the series has found no room; the result was given its own before.
      await new Promise(done => setTimeout(done, 1200))
      kill('SIGINT')
    },
    exits: [4, 130],
  },
  'who reads the pipe stops': {
    devices: ['pipe'],
    inject: async ({ setting, kill }) => {
      setting.reader!.kill('SIGSTOP')
      await new Promise(done => setTimeout(done, 500))
      kill('SIGINT')
    },
    exits: [130],
  },
  'who reads the pipe dies': {
    devices: ['pipe'],
    inject: async ({ setting }) => setting.reader!.kill('SIGKILL'),
    exits: [BROKEN],
  },
  'hugepages are revoked': {
    devices: ['net_ring in hugepages'],
    inject: async ({ setting, kill }) => {
      setting.hugepages!.revoke()
      await new Promise(done => setTimeout(done, 500))
      kill('SIGINT')
    },
    exits: [130],
  },
  'the clock is stepped': { devices: received, inject: async () => {}, exits: [0, 11], steps: true },
}

function fill(disk: string): void {
  try {
    for (let part = 0; ; part++) writeFileSync(join(disk, `ballast${part}`), Buffer.alloc(4096))
  } catch {
    // That is what it was for.
  }
}

import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { type Capture, startCapture } from './capture.js'
import { whyNoTool } from './tools.js'

export interface LinkCounters {
  rxPackets: number
  rxBytes: number
  rxDropped: number
  txPackets: number
  txBytes: number
  txDropped: number
}

/** One veth pair: `near` is here, `far` lies in the namespace. */
export interface Link {
  near: string
  far: string
  nearMac: string
  farMac: string
}

export interface LabOptions {
  /** Number of veth pairs; 1 unless said. */
  pairs?: number
  /** TX and RX queues of both ends of each pair; 1 unless said. */
  queues?: number
  /** Joins the far ends by a bridge, so that what goes into one pair comes out of the others. */
  bridge?: boolean
  /** Far ends with GRO, which take frames that are redirected to them (the `xdp:` backend). */
  gro?: boolean
  /** Addresses of the far ends, one a pair, e.g. `198.18.1.1/24`. Without any, the far kernel answers nothing. */
  farAddresses?: readonly string[]
}

/** Why no lab, or one of the tools that a test needs beside it, is to be had here: for `ctx.skip`. */
export async function whyNoLab(...tools: string[]): Promise<string | undefined> {
  const missing = await whyNoTool(...tools)
  if (missing) return missing
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `nmgp${randomBytes(3).toString('hex')}`
  const added = await execa('ip', ['netns', 'add', name], { reject: false })
  if (added.code === 'ENOENT') return '`ip` is not installed (make setup)'
  if (added.failed) return `no network namespace can be made here: ${added.stderr}`
  await execa('ip', ['netns', 'delete', name], { reject: false })
  return undefined
}

/**
 * Veth pairs into a network namespace of their own, quiet: no IPv6, ARP or multicast of the kernel's, so that every
 * frame that is counted was sent by the test. `dispose()` removes all of it, whatever state the test left it in.
 */
export class Lab {
  readonly namespace = `nmg${randomBytes(4).toString('hex')}`
  readonly links: readonly Link[]
  private readonly captures: Capture[] = []

  private constructor(private readonly options: LabOptions) {
    const id = this.namespace.slice(3)
    this.links = Array.from({ length: options.pairs ?? 1 }, (_, index) => ({
      near: `nmg${id}${index}`,
      far: `far${index}`,
      nearMac: `02:00:00:00:${hex(index)}:01`,
      farMac: `02:00:00:00:${hex(index)}:02`,
    }))
  }

  static async create(options: LabOptions = {}): Promise<Lab> {
    const lab = new Lab(options)
    try {
      await lab.build()
      return lab
    } catch (error) {
      await lab.dispose()
      throw error
    }
  }

  /** The first pair, where there is but one. */
  get link(): Link {
    return this.links[0]!
  }

  /** Runs a command inside the namespace; rejects where it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    const { stdout } = await execa('ip', ['netns', 'exec', this.namespace, command, ...args])
    return stdout
  }

  /** What the kernel counted at the far end of a pair. */
  async counters(link = this.link): Promise<LinkCounters> {
    const { stdout } = await execa('ip', ['-n', this.namespace, '-s', '-j', 'link', 'show', 'dev', link.far])
    const [{ stats64 }] = JSON.parse(stdout)
    const { rx, tx } = stats64
    return {
      rxPackets: rx.packets,
      rxBytes: rx.bytes,
      rxDropped: rx.dropped,
      txPackets: tx.packets,
      txBytes: tx.bytes,
      txDropped: tx.dropped,
    }
  }

  /** Captures into a pcap file what passes the far end of a pair, from when this resolves until `stop()`. */
  async capture(file: string, link = this.link): Promise<Capture> {
    const capture = await startCapture(this.namespace, link.far, file)
    this.captures.push(capture)
    return capture
  }

  /** Never rejects: it runs after failures, and a second failure would hide the first. */
  async dispose(): Promise<void> {
    await Promise.allSettled(this.captures.map(capture => capture.stop()))
    for (const { near } of this.links) await execa('ip', ['link', 'delete', near], { reject: false })
    await execa('ip', ['netns', 'delete', this.namespace], { reject: false })
  }

  private async build(): Promise<void> {
    await ip('netns', 'add', this.namespace)
    await this.ipFar('link', 'set', 'lo', 'up')
    if (this.options.bridge) await this.addBridge()
    for (const [index, link] of this.links.entries())
      await this.addPair(link, this.options.farAddresses?.[index])
  }

  private async addPair({ near, far, nearMac, farMac }: Link, address: string | undefined): Promise<void> {
    const count = `${this.options.queues ?? 1}`
    const queues = ['numtxqueues', count, 'numrxqueues', count]
    const peer = ['peer', 'name', far, 'address', farMac, ...queues, 'netns', this.namespace]
    await ip('link', 'add', near, 'address', nearMac, ...queues, 'type', 'veth', ...peer)
    // An IPv6 address would bring duplicate address detection, router solicitations and group reports with it.
    await ip('link', 'set', near, 'addrgenmode', 'none', 'arp', 'off', 'multicast', 'off')
    await this.ipFar('link', 'set', far, 'addrgenmode', 'none', 'multicast', 'off')
    if (address)
      await this.ipFar('address', 'add', address, 'dev', far, ...(address.includes(':') ? ['nodad'] : []))
    else await this.ipFar('link', 'set', far, 'arp', 'off')
    if (this.options.bridge) await this.ipFar('link', 'set', far, 'master', 'br0')
    if (this.options.gro) await this.run('ethtool', '-K', far, 'gro', 'on')
    await ip('link', 'set', near, 'up')
    await this.ipFar('link', 'set', far, 'up')
  }

  private async addBridge(): Promise<void> {
    await this.ipFar('link', 'add', 'br0', 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '0')
    // In two steps: in one, the device would be up, with an IPv6 address, before the rest is taken in.
    await this.ipFar('link', 'set', 'br0', 'addrgenmode', 'none', 'multicast', 'off')
    await this.ipFar('link', 'set', 'br0', 'up')
  }

  private ipFar(...args: string[]): Promise<void> {
    return ip('-n', this.namespace, ...args)
  }
}

async function ip(...args: string[]): Promise<void> {
  await execa('ip', args)
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

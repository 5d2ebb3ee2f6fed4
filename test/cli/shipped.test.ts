import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { BROKEN, counts, decode, matching, type Spoken } from '../lab/tshark.js'
import { inFolder, nmgen, profiles } from './nmgen.js'

const noTshark = await whyNoTool('tshark')
const packets = 20_000

interface Meant {
  /** Ports whose applications the profile speaks: Wireshark is to understand them. */
  spoken?: Spoken
  /** Which frames are broken on purpose. */
  broken?: string
  /** How many frames a display filter finds. */
  exactly?: Readonly<Record<string, number>>
}

/** What is special about a profile; of all others, nothing may be broken, and payloads are nobody's. */
const meant: Readonly<Record<string, Meant>> = {
  'dns-mix': { spoken: 'lowest' },
  'quic-initial': { spoken: 'lowest' },
  replay: { spoken: [53] },
  'reflection-mix': { spoken: [19, 53, 123, 389, 1900, 3702, 5683, 11_211] },
  'vlan-qinq-mpls-mix': {
    exactly: {
      '(count(vlan.id) == 1) && !ieee8021ad && ip && udp': 10_000,
      '(ieee8021ad && vlan) && ip && udp': 6000,
      'mpls && ip && udp': 3000,
      'vlan.id == 4095 && vlan.id == 10 && ip && udp': 1000,
    },
  },
  'gtpu-ran': {
    spoken: [2152, 80, 443],
    exactly: {
      'gtp.message == 255 && (tcp || udp.dstport == 443)': 19_998,
      'gtp.ext_hdr.pdu_ses_con.qos_flow_id': 15_998,
    },
  },
  'tcp-illegal-mix': {
    broken: '(tcp.flags == 0x002 && tcp.checksum.status == 0) || tcp.hdr_len < 20',
    exactly: {
      'tcp.flags == 0x010': 4000,
      'tcp.flags == 0x004': 4000,
      'tcp.flags == 0x011': 2000,
      'tcp.flags == 0x029': 2000,
      'tcp.flags == 0 && tcp.hdr_len == 20': 2000,
      'tcp.flags == 0x003': 2000,
      'ip.src == ip.dst && tcp.srcport == tcp.dstport': 1000,
      'tcp.checksum.status == 0': 1000,
      'tcp.hdr_len < 20': 1000,
      'tcp.hdr_len == 24': 1000,
    },
  },
}

const statuses = ['ip', 'udp', 'tcp', 'icmp', 'icmpv6', 'sctp'].map(
  layer => `${layer}.checksum.status` as const,
)

describe.for(profiles)('%s', profile => {
  const { spoken = [], broken = '', exactly = {} } = meant[basename(profile, '.yaml')] ?? {}

  it(`holds ${packets} packets that tshark finds nothing wrong with`, { timeout: 120_000 }, async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inFolder(async folder => {
      const file = join(folder, 'preview.pcap')
      const { code, stderr } = await nmgen(['preview', profile, '--count', `${packets}`, '--pcap', file])
      expect(stderr).not.toContain('error')
      expect(code).toBe(0)
      const { nanoseconds, frames } = readPcap(file)
      expect(nanoseconds).toBe(true)
      expect(frames).toHaveLength(packets)
      const filter = broken === '' ? BROKEN : `(${BROKEN}) && !(${broken})`
      const filters = Object.keys(exactly)
      const [wrong, found, rows] = await Promise.all([
        matching(file, filter, spoken),
        counts(file, filters, spoken),
        broken === '' ? decode(file, statuses, spoken) : [],
      ])
      expect(wrong).toEqual([])
      expect(Object.fromEntries(filters.map((what, i) => [what, found[i]]))).toEqual(exactly)
      // Nothing wrong also where nothing was looked at: every checksum that there is was found good (1) or is none (3).
      for (const row of rows) expect(Object.values(row).join(',')).toMatch(/^[13,]*$/)
    })
  })
})

import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { BROKEN, decode, matching, type Spoken } from '../lab/tshark.js'
import { inFolder, nmgen, profiles } from './nmgen.js'

const noTshark = await whyNoTool('tshark')
const packets = 20_000

interface Meant {
  /** Ports whose applications the profile speaks: Wireshark is to understand them. */
  spoken?: Spoken
  /** Which frames are broken on purpose. */
  broken?: string
}

/** What is special about a profile; of all others, nothing may be broken, and payloads are nobody's. */
const meant: Readonly<Record<string, Meant>> = {
  'dns-mix': { spoken: 'lowest' },
  'quic-initial': { spoken: 'lowest' },
  replay: { spoken: [53] },
  'reflection-mix': { spoken: [19, 53, 123, 389, 1900, 3702, 5683, 11_211] },
}

const statuses = ['ip', 'udp', 'tcp', 'icmp', 'icmpv6', 'sctp'].map(
  layer => `${layer}.checksum.status` as const,
)

describe.for(profiles)('%s', profile => {
  const { spoken = [], broken = '' } = meant[basename(profile, '.yaml')] ?? {}

  it(`holds ${packets} packets that tshark finds nothing wrong with`, async ctx => {
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
      expect(await matching(file, filter, spoken)).toEqual([])
      if (broken !== '') return
      // Nothing wrong also where nothing was looked at: every checksum that there is was found good (1) or is none (3).
      for (const row of await decode(file, statuses, spoken))
        expect(Object.values(row).join(',')).toMatch(/^[13,]*$/)
    })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { inLab } from '../netns/lab.js'
import { Lab, type Link, whyNoLab } from './netns.js'

const reason = await whyNoLab('tcpdump', 'python3')

/** Sends raw frames of 60 bytes from a pair's near end, by the Python that node-gyp needs anyway. */
async function send({ near, nearMac }: Link, toMac: string, count: number): Promise<void> {
  const macs = `${toMac}${nearMac}`.replaceAll(':', '')
  const frame = `bytes.fromhex('${macs}88b5') + b'nmgen'.ljust(46, b'.')`
  const code = [
    'import socket',
    `s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('${near}', 0))`,
    `for _ in range(${count}): s.send(${frame})`,
  ]
  await execa('python3', ['-c', code.join('\n')])
}

const names = async (what: string) => (await execa('ip', [what === 'netns' ? 'netns' : 'link'])).stdout

describe('a lab of network namespaces', () => {
  it('counts and captures exactly what was sent', async ctx => {
    if (reason) ctx.skip(reason)
    const folder = mkdtempSync(join(tmpdir(), 'nmgen-lab-'))
    await inLab({}, async lab => {
      const capture = await lab.capture(join(folder, 'far.pcap'))
      await send(lab.link, lab.link.farMac, 10)
      expect(await lab.counters()).toEqual({
        rxPackets: 10,
        rxBytes: 600,
        rxDropped: 0,
        txPackets: 0,
        txBytes: 0,
        txDropped: 0,
      })
      expect(await capture.stop()).toEqual({ captured: 10, dropped: 0 })
    }).finally(() => rmSync(folder, { recursive: true }))
  })

  it('stays silent when nobody sends', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ farAddresses: ['198.18.1.1/24'] }, async lab => {
      await new Promise(done => setTimeout(done, 1500))
      expect(await lab.counters()).toMatchObject({ rxPackets: 0, txPackets: 0 })
    })
  })

  it('passes frames from one pair to another over its bridge', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ pairs: 2, bridge: true }, async lab => {
      const [from, to] = lab.links as [Link, Link]
      await send(from, to.nearMac, 10)
      expect(await lab.counters(from)).toMatchObject({ rxPackets: 10, txPackets: 0 })
      expect(await lab.counters(to)).toMatchObject({ rxPackets: 0, txPackets: 10 })
    })
  })

  it('leaves nothing behind, even with a capture still running', async ctx => {
    if (reason) ctx.skip(reason)
    const folder = mkdtempSync(join(tmpdir(), 'nmgen-lab-'))
    let lab: Lab | undefined
    const work = inLab({ pairs: 2 }, async made => {
      lab = made
      await made.capture(join(folder, 'far.pcap'))
      throw new Error('the test failed')
    })
    await expect(work).rejects.toThrow('the test failed')
    rmSync(folder, { recursive: true })
    expect(await names('netns')).not.toContain(lab?.namespace)
    expect(await names('link')).not.toContain(lab?.link.near)
  })

  it('says why it could not be made, and cleans up what was', async ctx => {
    if (reason) ctx.skip(reason)
    const before = await names('netns')
    await expect(Lab.create({ farAddresses: ['not an address'] })).rejects.toThrow(/not an address/)
    expect(await names('netns')).toBe(before)
  })
})

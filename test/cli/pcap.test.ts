import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { BROKEN, decode, matching } from '../lab/tshark.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const two = 'test/fixtures/two-streams.yaml'
const noTshark = await whyNoTool('tshark')

const on = (file: string, ...set: string[]) =>
  [`ports.a.uri=pcap:${file}`, 'expect=[]', ...set].flatMap(one => ['--set', one])

describe('a capture file as a port', () => {
  it('holds the bytes and the times that preview shows', async () => {
    await inFolder(async folder => {
      for (const [name, rate] of [
        ['steady', 'streams.udp.rate=7kpps'],
        ['poisson', 'streams.udp.rate={poisson: 9kpps}'],
        ['ramp', 'streams.udp.rate={ramp: {from: 1kpps, to: 9kpps, over: 200ms}}'],
      ] as const) {
        const [sent, shown] = [join(folder, `${name}.pcap`), join(folder, `${name}-preview.pcap`)]
        const run = await runJson([udp, ...on(sent, rate), '--count', '1000', '--no-out'])
        expect([run.code === 0 || run.code === 11, run.result.metrics.tx_packets]).toEqual([true, 1000])
        expect(run.result.ports[0]?.counters).toEqual({ tx_packets: 1000 })
        expect(
          (await nmgen(['preview', udp, ...on(sent, rate), '--count', '1000', '--pcap', shown])).code,
        ).toBe(0)
        expect(readFileSync(sent).equals(readFileSync(shown)), name).toBe(true)
      }
    })
  })

  it('holds several streams in turn, as tshark reads them', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inFolder(async folder => {
      const file = join(folder, 'two.pcap')
      const { result } = await runJson([
        two,
        '--tx',
        `pcap:${file}`,
        '--queues',
        '1',
        '--count',
        '500',
        '--rate',
        '20kpps',
        '--no-out',
      ])
      expect(result.metrics.tx_packets).toBe(1000)
      const rows = await decode(file, ['frame.time_delta'])
      expect(rows).toHaveLength(1000)
      for (const row of rows) expect(Number(row['frame.time_delta'])).toBeGreaterThanOrEqual(0)
      expect(await matching(file, BROKEN)).toEqual([])
    })
  })

  it('is received: what was captured is counted by its headers', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'captured.pcap')
      const args = [udp, '--count', '700', '--no-out', '--set', 'streams.udp.signature=false']
      await runJson([...args, '--tx', `pcap:${file}`, '--set', 'expect=[]'])
      const { code, result } = await runJson([...args, '--tx', 'loop:x', '--rx', `pcap:${file}`])
      expect(result.metrics).toMatchObject({ tx_packets: 700, rx_packets: 700, lost: 0 })
      expect(code).toBe(0)
      expect(readPcap(file).frames).toHaveLength(700)
    })
  })

  it('is refused without an end, with two queues, where it cannot be written, and where it is no capture', async () => {
    await inFolder(async folder => {
      const run = ['run', udp, '--no-out', '--quiet', '--set', 'expect=[]']
      const file = join(folder, 'x.pcap')
      const says = async (...args: string[]) => {
        const { code, stderr } = await nmgen([...run, ...args])
        return `${code} ${stderr}`
      }
      const endless = join(folder, 'endless.yaml')
      writeFileSync(endless, readFileSync(udp, 'utf8').replace(/^duration:.*$/m, ''))
      const { code, stderr } = await nmgen(['run', endless, '--tx', `pcap:${file}`, '--no-out', '--quiet'])
      expect(`${code} ${stderr}`).toMatch(/^3 .*\[unbounded\]/)
      expect(await says('--count', '9', '--queues', '2', '--tx', `pcap:${file}`)).toMatch(/^4 .*one queue/)
      expect(await says('--count', '9', '--tx', `pcap:${folder}/no/x.pcap`)).toMatch(/^4 .*\[cannot-write\]/)
      expect(await says('--count', '9', '--tx', 'pcap:/dev/full')).toMatch(/^4 .*\[disk-full\]/)
      expect(await says('--count', '9', '--tx', 'loop:x', '--rx', `pcap:${udp}`)).toMatch(
        /^4 .*\[bad-capture\]/,
      )
      expect(() => statSync(`${folder}/no`)).toThrow()
    })
  })
})

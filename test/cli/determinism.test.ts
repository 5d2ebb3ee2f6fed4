import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { multisetHash, readPcap } from '../lab/pcap.js'
import { inFolder, nmgen, runJson, whyNoDpdk } from './nmgen.js'

const noDpdk = await whyNoDpdk()

const udp = 'profiles/udp-64b.yaml'
const two = 'test/fixtures/two-streams.yaml'
/** No multiple of what it is divided by: each queue and shard has another share. */
const count = 20_003

/** The frames that DPDK's pcap device was handed, a file a queue. */
async function sent(profile: string, queues: number, ...flags: string[]): Promise<Uint8Array[]> {
  return inFolder(async folder => {
    const files = Array.from({ length: queues }, (_, queue) => join(folder, `${queue}.pcap`))
    const device = ['dpdk:net_pcap0', ...files.map(file => `tx_pcap=${file}`)].join(',')
    const args = ['--count', `${count}`, '--rate', 'line', '--queues', `${queues}`, '--set', 'expect=[]']
    const { code, stderr, result } = await runJson([
      profile,
      '--tx',
      device,
      ...args,
      ...flags,
      '--no-out',
      '--quiet',
    ])
    expect([code, stderr, result.stopped]).toEqual([0, '', 'count'])
    const frames = files.map(file => readPcap(file).frames)
    for (const ofQueue of frames) expect(ofQueue.length).toBeGreaterThan(0)
    expect(frames.flat()).toHaveLength(result.metrics.tx_packets!)
    return frames.flat()
  })
}

const hashOf = async (...args: Parameters<typeof sent>) => multisetHash(await sent(...args))

/** The same packets as `preview` shows them: without a receiver, so without a signature. */
async function previewed(profile: string, streams: readonly string[]): Promise<Uint8Array[]> {
  return inFolder(async folder => {
    const frames = streams.map(async stream => {
      const file = join(folder, `${stream}.pcap`)
      const args = [
        '--stream',
        stream,
        '--count',
        `${count}`,
        '--pcap',
        file,
        '--set',
        'ports.a.uri=dpdk:net_null0',
      ]
      expect((await nmgen(['preview', profile, ...args])).code).toBe(0)
      return readPcap(file).frames
    })
    return (await Promise.all(frames)).flat()
  })
}

describe('the same seed', () => {
  it.for([
    { profile: udp, streams: ['udp'] },
    { profile: two, streams: ['mix', 'tagged'] },
    { profile: 'profiles/replay.yaml', streams: ['replay'] },
  ])(
    'sends the frames of $profile that preview shows, on 1, 2 and 4 queues',
    async ({ profile, streams }, ctx) => {
      if (noDpdk) ctx.skip(noDpdk)
      const expected = await previewed(profile, streams)
      expect(expected).toHaveLength(count * streams.length)
      for (const queues of [1, 2, 4])
        expect(await hashOf(profile, queues), `${queues} queues`).toBe(multisetHash(expected))
    },
  )

  it('sends the whole in shards, on any number of queues', async ctx => {
    if (noDpdk) ctx.skip(noDpdk)
    const shards: Uint8Array[] = []
    for (const [i, queues] of [1, 2, 3].entries())
      shards.push(...(await sent(two, queues, '--shard', `${i + 1}/3`)))
    expect(multisetHash(shards)).toBe(await hashOf(two, 1))
  })

  it('is not another', async ctx => {
    if (noDpdk) ctx.skip(noDpdk)
    expect(await hashOf(udp, 1, '--seed', '2')).not.toBe(await hashOf(udp, 1))
  })
})

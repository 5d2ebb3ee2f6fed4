/** Shards of a run, each sent by a process of its own, against the run in one piece. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

const flags = ['profiles/imix.yaml', '--count', '6000', '--rate', '200kpps', '--set', 'expect=[]']

describe('nmgen report --merge', () => {
  it('adds the shards of a run up to the run', { timeout: 60_000 }, async () => {
    await inFolder(async folder => {
      const whole = (await runJson([...flags, '--no-out'])).result
      const shards = [join(folder, '1'), join(folder, '2')]
      for (const [i, out] of shards.entries())
        await runJson([...flags, '--shard', `${i + 1}/2`, '--out', out])
      const { code, stdout } = await nmgen(['report', ...shards, '--merge', '--format', 'json'])
      const merged = JSON.parse(stdout) as Result
      expect([0, 11]).toContain(code)
      for (const name of ['tx_packets', 'tx_bytes', 'rx_packets', 'lost', 'latency_count'] as const)
        expect([name, merged.metrics[name]]).toEqual([name, whole.metrics[name]])
      for (const [name, stream] of Object.entries(whole.streams))
        expect(merged.streams[name]!.tx_packets).toBe(stream.tx_packets)
      expect(merged.metrics.latency_p99_ns).toBeGreaterThan(0)

      for (const format of ['text', 'html', 'hgrm', 'csv', 'junit'])
        expect((await nmgen(['report', ...shards, '--merge', '--format', format])).stdout).not.toBe('')
      const other = await nmgen(['report', shards[0]!, shards[0]!, '--merge'])
      expect([other.code, other.stderr]).toEqual([11, expect.stringContaining('shard 1/2 is there twice')])
    })
  })
})

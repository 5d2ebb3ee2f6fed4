/** Runs on netmap ports as a user starts them; the double of netmap's module is preloaded into nmgen. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectToAddUp } from './add-up.js'
import { nmgen, runJson, startNmgen } from './nmgen.js'

let folder = ''
let env: Record<string, string> = {}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nmgen-netmap-'))
  const double = execFileSync('tools/netmap-double.sh', { encoding: 'utf8' }).trim()
  env = { LD_PRELOAD: double, NETMAP_DOUBLE: join(folder, 'module') }
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const quick = ['--no-out', '--quiet']

describe('nmgen run on netmap', () => {
  it('sends through a pipe without a loss, in order', async () => {
    const ports = ['--tx', 'netmap:lab}1', '--rx', 'netmap:lab{1']
    const args = ['profiles/udp-64b.yaml', ...ports, '--rate', '50kpps', '--count', '20000', ...quick]
    const { result } = await runJson(args, { env })
    expect(result.metrics).toMatchObject({ tx_packets: 20000, rx_packets: 20000, lost: 0, reordered: 0 })
    expectToAddUp(result)
    expect(result.ports[0]?.facts).toMatchObject({ driver: 'netmap', kind: 'pipe', slots: '1024' })
  })

  it('sends frames that need several buffers', async () => {
    const ports = ['--tx', 'netmap:long}1,slots=512', '--rx', 'netmap:long{1']
    const size = ['--set', 'streams.0.frame=9018B']
    const args = [
      'bench/profiles/constant.yaml',
      ...ports,
      ...size,
      '--rate',
      '5kpps',
      '--count',
      '2000',
      ...quick,
    ]
    const { result } = await runJson(args, { env })
    expect(result.metrics).toMatchObject({
      tx_packets: 2000,
      rx_packets: 2000,
      lost: 0,
      tx_bytes: 2000 * 9018,
    })
  })

  it('starts again on a port that a killed run had', async () => {
    const args = ['run', 'bench/profiles/constant.yaml', '--tx', 'netmap:nmsink0', '--no-out']
    const first = startNmgen([...args, '--duration', '20s'], { env })
    await new Promise<void>(resolve =>
      first.stderr.on('data', text => String(text).includes('sends on') && resolve()),
    )
    expect((await nmgen([...args, '--duration', '1ms'], { env })).stderr).toContain('is in use')
    first.kill('SIGKILL')
    await first
    const { result } = await runJson([...args.slice(1, 4), '--count', '100000', ...quick], { env })
    expect(result.metrics.tx_packets).toBe(100_000)
  }, 40_000)

  it('ends with exit 5 and what was counted where the interface goes away', async () => {
    const args = ['bench/profiles/constant.yaml', '--tx', 'netmap:nmlost0', '--duration', '20s', ...quick]
    const { code, result } = await runJson(args, { env })
    expect(code).toBe(5)
    expect(result.error).toMatchObject({ code: 'interface-lost' })
    expect(result.metrics.tx_packets).toBeGreaterThan(1000)
  })

  it('says what is wrong with a port, and whose fault it is', async () => {
    const exit = async (uri: string) => {
      const { code, stderr } = await nmgen(['run', 'bench/profiles/constant.yaml', '--tx', uri, ...quick], {
        env,
      })
      return [code, /\[([\w-]+)\]/.exec(stderr)?.[1]]
    }
    expect(await exit('netmap:nosuch0')).toEqual([4, 'no-interface'])
    expect(await exit('netmap:nmbusy0')).toEqual([4, 'device-in-use'])
    expect(await exit('netmap:nmsink0/z')).toEqual([3, 'bad-argument'])
  })
})

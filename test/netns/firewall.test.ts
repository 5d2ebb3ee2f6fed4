import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { FindReport } from '../../src/report/search/report.js'
import { inFolder, nmgen, runJson } from '../cli/nmgen.js'
import { whyNoLab } from '../lab/netns.js'

const reason = await whyNoLab('nft', 'python3')

const firewall = async (...args: readonly string[]): Promise<string> =>
  (await execa('test/lab/firewall.sh', args)).stdout

/** The lab's firewall with so many rules; removed whatever happens. */
async function behind(
  rules: readonly string[],
  work: (name: string, ports: readonly string[]) => Promise<void>,
) {
  const name = `nmg${randomBytes(3).toString('hex')}`
  await firewall('up', name, ...rules)
  try {
    await work(name, ['--tx', `afpacket:${name}a`, '--rx', `afpacket:${name}b`])
  } finally {
    await firewall('down', name)
  }
}

const pack = (name: string) => `profiles/firewall/${name}.yaml`
/** A busy machine is no failure of the device: packets are counted here, never timed. */
const patient = [
  '--rate',
  '1kpps',
  '--count',
  '1000',
  '--set',
  'pacing.tolerance=90%',
  '--duration',
  '20s',
  '--no-out',
]

describe('the firewall of the lab', () => {
  it('has as many sessions as flows were sent, and forgets them when told to', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async (name, ports) => {
      const { code, result } = await runJson([pack('udp-new-flows'), ...ports, ...patient])
      expect([code, result.metrics.tx_packets, result.metrics.lost]).toEqual([0, 1000, 0])
      expect(await firewall('flows', name)).toBe('1000')
      await firewall('flush', name)
      expect(await firewall('flows', name)).toBe('0')
    })
  })

  it('has one session a flow, however many packets it has', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['100'], async (name, ports) => {
      const { result } = await runJson([pack('rule-depth'), ...ports, ...patient])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, lost: 0 })
      expect(await firewall('flows', name)).toBe('256')
    })
  })

  it('lets through what no rule forbids, and not one packet of what a rule does', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['10'], async (name, ports) => {
      const received = async () => {
        const { code, result } = await runJson([pack('must-not-arrive'), ...ports, ...patient])
        const { allowed, forbidden } = result.streams
        expect(allowed).toMatchObject({ tx_packets: 1000, rx_packets: 1000 })
        return [code, forbidden!.rx_packets]
      }
      expect(await received()).toEqual([10, 1000])
      await firewall('rules', name, '10', 'forbid')
      expect(await received()).toEqual([0, 0])
    })
  })

  it('is searched with each number of rules, set by a hook', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async (name, ports) => {
      await inFolder(async folder => {
        const hook = `test/lab/firewall.sh rules ${name} $NMGEN_RULES`
        const report = await find(folder, ports, ['--vary', 'rules=0,20', '--before-search', hook], 0)
        expect(report.searches.map(({ settings, ended }) => [settings.rules, ended])).toEqual([
          ['0', 'complete'],
          ['20', 'complete'],
        ])
        const policy = await execa('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'])
        expect(policy.stdout.match(/drop$/gm)).toHaveLength(20)
      })
    })
  }, 120_000)

  it('that dies in the middle of a search ends it: exit 5', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async (name, ports) => {
      await inFolder(async folder => {
        const log = join(folder, 'log')
        const hook = `echo >> ${log}; test $(wc -l < ${log}) -ne 2 || ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=0`
        const report = await find(folder, ports, ['--after-trial', hook], 5)
        const [search] = report.searches
        expect([report.verdict, search!.ended]).toEqual(['broken', 'device-died'])
        expect(search!.trials.map(({ part }) => part)).toEqual(['throughput', 'throughput', 'silent'])
        // What is known is from when it was alive.
        expect(search!.findings[0]).toMatchObject({ upperPps: null })
      })
    })
  }, 120_000)
})

async function find(
  folder: string,
  ports: readonly string[],
  more: readonly string[],
  code: number,
): Promise<FindReport> {
  const args = [
    '--preset',
    'quick',
    '--trial',
    '200ms',
    '--warm-up',
    '50ms',
    '--max',
    '2kpps',
    '--min',
    '1kpps',
  ]
  const tolerant = ['--set', 'pacing.tolerance=90%', '--out', join(folder, 'search'), '--json', '--quiet']
  const ran = await nmgen(['find', pack('rule-depth'), ...ports, ...args, ...tolerant, ...more], {
    timeout: 100_000,
  })
  expect([ran.stderr, ran.code]).toEqual(['', code])
  return JSON.parse(ran.stdout) as FindReport
}

describe('the firewall pack', () => {
  it('says of each profile what it proves and what not, and claims no RFC 9411', async () => {
    const { stdout } = await execa('ls', ['profiles/firewall'])
    const names = stdout.split('\n').filter(name => name.endsWith('.yaml'))
    expect(names).toHaveLength(7)
    const { code, stderr } = await nmgen(['check', ...names.map(name => `profiles/firewall/${name}`)])
    expect([code, stderr]).toEqual([0, ''])
    for (const name of names) {
      const { stdout: text } = await execa('cat', [`profiles/firewall/${name}`])
      expect(text, name).toMatch(/What this proves/)
      expect(text, name).toMatch(/What it does not/)
      expect(text, name).toMatch(/no RFC 9411/i)
    }
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readResult } from '../../src/report/read.js'
import { inFolder, nmgen, runJson } from '../cli/nmgen.js'
import { brief, find } from '../cli/search.js'
import { behind, pack, patient, whyNoFirewall } from '../lab/firewall.js'

const reason = await whyNoFirewall()

describe('the firewall of the lab', () => {
  it('has as many sessions as flows were sent, and forgets them when told to', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ ports, does, counted }) => {
      const { code, result } = await runJson([pack('udp-new-flows'), ...ports, ...patient])
      expect([code, result.metrics.tx_packets, result.metrics.lost]).toEqual([0, 1000, 0])
      expect(await does('flows')).toBe('1000')
      expect(await counted('ct state')).toEqual([1000])
      await does('flush')
      expect(await does('flows')).toBe('0')
    })
  })

  it('has one session a flow, however many packets it has', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['100'], async ({ ports, does }) => {
      const { result } = await runJson([pack('rule-depth'), ...ports, ...patient])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, lost: 0 })
      expect(await does('flows')).toBe('256')
    })
  })

  it('is searched with each number of rules, set by a hook', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ name, ports, inside }) => {
      await inFolder(async folder => {
        const hook = `test/lab/firewall.sh rules ${name} $NMGEN_RULES`
        const { code, stderr, report } = await find(folder, [
          ...slow(ports),
          ...['--vary', 'rules=0,20', '--before-search', hook],
        ])
        expect([stderr, code]).toEqual(['', 0])
        expect(report.searches.map(({ settings, ended }) => [settings.rules, ended])).toEqual([
          ['0', 'complete'],
          ['20', 'complete'],
        ])
        expect((await inside('nft', 'list', 'ruleset')).match(/drop$/gm)).toHaveLength(20)
      })
    })
  }, 120_000)

  it('is searched both ways at once, with figures for each way and the sum of them', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ name, does }) => {
      await inFolder(async folder => {
        const args = [bothWays(folder, name), ...brief(), '--min', '1kpps', '--max', '2kpps']
        const { code, stderr, report, out } = await find(folder, [...args, '--directions', 'both'])
        expect([stderr, code, report.searches[0]!.settings.direction]).toEqual(['', 0, 'both'])
        const [search] = report.searches
        expect(search!.findings[0]).toMatchObject({ lowerPps: 2000, irregular: 'max-load' })
        expect(search!.directions.ndr).toMatchObject([
          { tx: 'inside', rx: 'outside', lossRatio: 0 },
          { tx: 'outside', rx: 'inside', lossRatio: 0 },
        ])
        for (const { folder: trial, load_pps, duration_s } of search!.trials) {
          const { streams } = readResult(join(out, trial, 'result.json'))
          const frames = Math.round(load_pps * duration_s)
          expect([streams.out!.rx_packets, streams.back!.rx_packets]).toEqual([frames, frames])
        }
        // One flow, whose answers are what comes back.
        expect(await does('flows')).toBe('1')
        for (const format of ['text', 'markdown', 'html']) {
          const { stdout } = await nmgen(['report', out, '--format', format])
          expect(stdout).toMatch(/ndr inside -\\?(>|&gt;) outside: sent .*, lost 0 %/)
          expect(stdout).toMatch(/ndr outside -\\?(>|&gt;) inside: sent .*, lost 0 %/)
          expect(stdout).toMatch(/ndr all 2 directions together: sent .*, lost 0 %/)
        }
        const all = { lossRatio: 0, sentPps: expect.any(Number), receivedPps: expect.any(Number) }
        expect(search!.together.ndr).toEqual(all)
        const { stdout: junit } = await nmgen(['report', out, '--format', 'junit'])
        expect(junit).toMatch(
          /<testcase [^>]*name="ndr[\s\S]*ndr all 2 directions together: sent .*, lost 0 %/,
        )
        const { stdout: csv } = await nmgen(['report', out, '--format', 'csv'])
        const ways = csv.split('\n').filter(row => row.startsWith('direction,') && row.includes(',ndr,'))
        expect(ways.map(row => row.split(',').at(-3))).toEqual([
          'inside -> outside',
          'outside -> inside',
          'all',
        ])
      })
    })
  }, 120_000)

  it('that dies in the middle of a search ends it: exit 5', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ name, ports }) => {
      await inFolder(async folder => {
        const log = join(folder, 'log')
        const hook = `echo >> ${log}; test $(wc -l < ${log}) -ne 2 || ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=0`
        const { code, stderr, report } = await find(folder, [...slow(ports), '--after-trial', hook])
        const [search] = report.searches
        expect([stderr, code]).toEqual(['', 5])
        expect([report.verdict, search!.ended]).toEqual(['broken', 'device-died'])
        expect(search!.trials.map(({ part }) => part)).toEqual(['throughput', 'throughput', 'silent'])
        // What is known is from when it was alive.
        expect(search!.findings[0]).toMatchObject({ upperPps: null })
      })
    })
  }, 120_000)

  // After the first trial, or in the second: as soon as a hundred packets have left since the hook before it.
  const removals = [
    { when: 'between two trials', hook: '--after-trial', nth: 1, ended: 'failed', exit: 4 },
    { when: 'in the middle of one', hook: '--before-trial', nth: 2, ended: 'broken', exit: 5 },
  ]
  it.for(removals)(
    'whose interface goes away $when ends the search, which goes on when it is back',
    { timeout: 120_000 },
    async ({ hook, nth, ended, exit }, ctx) => {
      if (reason) ctx.skip(reason)
      await behind(['0'], async ({ name, ports, does }) => {
        await inFolder(async folder => {
          const remove = `ip link delete ${name}b`
          const sent = `cat /sys/class/net/${name}a/statistics/tx_packets`
          const flows = `begin=$(${sent}); while [ $(${sent}) -lt $((begin + 100)) ]; do sleep 0.01; done`
          const removes = exit === 4 ? remove : `{ { ${flows}; ${remove}; } > /dev/null 2>&1 & }`
          const log = join(folder, 'log')
          const hooks = [hook, `echo >> ${log}; test $(wc -l < ${log}) -ne ${nth} || ${removes}`]
          const first = await find(folder, [...slow(ports, '1s'), ...hooks])
          const [search] = first.report.searches
          expect([first.code, first.report.verdict]).toEqual([exit, 'broken'])
          expect(search).toMatchObject({ ended, findings: [{ irregular: 'unfinished' }, {}] })
          expect(search!.error!.message).toContain(`${name}b`)
          expect(search!.trials).toHaveLength(1)
          await does('down')
          await does('up', '0')
          const second = await find(folder, ['--resume', first.out])
          expect([second.code, second.report.searches[0]!.ended]).toEqual([0, 'complete'])
          expect(second.report.searches[0]!.trials[0]).toEqual(search!.trials[0])
        })
      })
    },
  )
})

/** Loads that any machine can send and forward, however busy. */
const slow = (ports: readonly string[], trial = '200ms') => [
  ...[pack('rule-depth'), ...ports, ...brief(trial), '--min', '1kpps', '--max', '2kpps'],
  ...['--set', 'pacing.tolerance=99%'],
]

/** A question and its answers: UDP from each side of the firewall to the other. */
function bothWays(folder: string, name: string): string {
  const stream = (name: string, from: string, to: string, mac: string, net: readonly string[]) =>
    `  - { name: ${name}, tx: ${from}, rx: ${to}, frame: 64B, rate: 1kpps, layers: [{ ethernet: { dst: "${mac}" } }, ` +
    `{ ipv4: { src: ${net[0]}, dst: ${net[1]} } }, { udp: { src: 9, dst: 9 } }] }`
  const ends = ['198.18.0.2', '198.19.0.10']
  const text = [
    'version: 1',
    'name: both',
    `ports: { inside: "afpacket:${name}a", outside: "afpacket:${name}b" }`,
    'pacing: { tolerance: 99% }',
    'streams:',
    stream('out', 'inside', 'outside', '02:00:00:00:00:02', ends),
    stream('back', 'outside', 'inside', '02:00:00:00:01:02', ends.toReversed()),
  ]
  const file = join(folder, 'both.yaml')
  writeFileSync(file, `${text.join('\n')}\n`)
  return file
}

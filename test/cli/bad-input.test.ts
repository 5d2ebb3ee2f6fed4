import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder, nmgen, type Ran } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'

/** Every mistake of it in one reading: `line:column code`, as the caret shows. */
const bad = `version: 1
name: bad
ports: { a: 'loop:lab' }
duration: 10 parsecs
streams:
  - name: udp
    frame: 20B
    raet: line
    layers:
      - ethernet: { src: 02:00:00:00:00:01 }
      - ipv4: { src: 198.18.1.256, ttl: 999 }
      - udp: { src: { random: 1024-65536 } }
`
const mistakes = ['4:11 bad-unit', '7:12 out-of-range', '8:5 unknown-key', '11:22 bad-address'].concat([
  '11:41 out-of-range',
  '12:31 out-of-range',
])

/** What went wrong in one sentence, its code in brackets, and below it what to do. */
const sentence = /^nmgen: .{10,} \[([a-z-]+)\]\n {2}help: .{5,}\n$/m

function expectSentence({ code, stdout, stderr }: Ran, exit: number, named: string, said: RegExp): void {
  expect(stderr).toMatch(sentence)
  expect([code, sentence.exec(stderr)?.[1]]).toEqual([exit, named])
  expect(stderr).toMatch(said)
  expect(stderr).not.toMatch(/\n {4}at /)
  expect(stdout).toBe('')
}

async function withProfile(text: string, use: (file: string) => Promise<void>): Promise<void> {
  await inFolder(async folder => {
    const file = join(folder, 'profile.yaml')
    writeFileSync(file, text)
    await use(file)
  })
}

describe('a bad profile', () => {
  it.each(['run', 'check'])(
    'is told all its mistakes at once by `%s`, each with its place',
    async command => {
      await withProfile(bad, async file => {
        const { code, stdout, stderr } = await nmgen([command, file])
        expect([code, stdout]).toEqual([3, ''])
        const found = [...stderr.matchAll(/^error\[([a-z-]+)\]: .+\n --> .+?:(\d+:\d+)\n/gm)]
        expect(found.map(([, error, place]) => `${place} ${error}`)).toEqual(mistakes)
        expect(stderr).toContain('> 8 |     raet: line\n    |     ^^^^\n  = help: did you mean `rate`?')
      })
    },
  )

  it('may be one whose frame is too short for its headers', async () => {
    const text = bad
      .replace('10 parsecs', '10s')
      .replace('20B', '64B')
      .replace('raet', 'rate')
      .replace(/ipv4: .*/, 'ipv6: {}')
      .replace(/udp: {.*/, 'tcp: {}')
    await withProfile(text, async file => {
      const { code, stderr } = await nmgen(['run', file])
      expect(code).toBe(3)
      expect(stderr).toMatch(/error\[[a-z-]+\]: .*(short|room|74|78).*\n --> .*:7:12\n/)
    })
  })

  it('may be one that is not there', async () => {
    expectSentence(
      await nmgen(['run', 'udp-64b']),
      3,
      'profile-not-found',
      /did you mean `profiles\/udp-64b.yaml`/,
    )
    expectSentence(await nmgen(['run', 'no/such.yaml']), 3, 'profile-not-found', /no\/such\.yaml/)
  })

  it('may be one that puts two ports on one device', async () => {
    const ports = '--set=ports={a: {uri: "loop:x"}, b: {uri: "loop:x"}}'
    const ran = await nmgen(['run', udp, '--no-out', '--quiet', ports, '--set', 'streams.udp.rx=b'])
    expectSentence(ran, 3, 'two-ports-one-device', /ports a and b are both on loop:x/)
  })

  it('may be one that asks for a share of a line that has no speed', async () => {
    const ran = await nmgen(['run', udp, '--no-out', '--quiet', '--rate', '50%'])
    expectSentence(ran, 3, 'no-line-speed', /a part of the line, but a has no line speed/)
  })

  it('may be one that expects what is not measured', async () => {
    const ran = await nmgen(['run', udp, '--no-out', '--quiet', '--set', 'expect=[lozz == 0]'])
    expect(ran.code).toBe(3)
    expect(ran.stderr).toMatch(/lozz/)
  })
})

describe('a bad command line', () => {
  it.for([
    { args: ['rum', udp], said: /did you mean `nmgen run`/ },
    { args: [], said: /say what to do/ },
    { args: ['run'], said: /PROFILE|argument/ },
    { args: ['run', udp, '--rat', '5kpps'], said: /did you mean `--rate`/ },
    { args: ['run', udp, '--rate', '10 parsecs'], said: /--rate: `parsecs` is not a unit of rate/ },
    { args: ['run', udp, '--rate', '1000'], said: /--rate: .*no unit/ },
    { args: ['run', udp, '--duration', '0s'], said: /--duration: / },
    { args: ['run', udp, '--count', 'many'], said: /--count: / },
    { args: ['run', udp, '--shard', '5/4'], said: /--shard: there is no shard 5 of 4/ },
    { args: ['run', udp, '--cores', '1-'], said: /--cores: / },
    { args: ['run', udp, '--tx', 'eth3'], said: /--tx: `eth3` is not a port/ },
    { args: ['run', udp, '--seed', 'x'], said: /--seed: / },
    { args: ['run', udp, '--tx'], said: /tx/ },
    { args: ['preview', udp, '--count', 'x'], said: /--count: / },
    { args: ['preview', udp, '--stream', 'tcp'], said: /streams: udp/ },
  ])('exits 2 and says why: $args', async ({ args, said }) => {
    const ran = await nmgen(args)
    expect(ran.code).toBe(2)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(said)
    expect(ran.stderr).toMatch(sentence)
  })
})

describe('a run that cannot be judged well', () => {
  it('exits 10 where an expectation does not hold', async () => {
    const limit = '--set=expect=[latency_p99_ns < 1ns, lost == 0]'
    const { code, stdout } = await nmgen(['run', udp, '--count', '1000', '--no-out', '--quiet', limit])
    expect(code).toBe(10)
    expect(stdout).toMatch(/^FAIL {2}udp-64b: 1 of 2 thresholds failed/)
    expect(stdout).toContain('latency_p99_ns < 1ns')
  })

  it('exits 11 where nmgen itself missed the rate, whatever was expected', async () => {
    const args = ['--rate', '10Gpps', '--duration', '100ms', '--no-out', '--json']
    const { code, stdout } = await nmgen(['run', udp, ...args])
    expect(code).toBe(11)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'invalid', stopped: 'duration' })
    expect(JSON.parse(stdout).metrics.unsent).toBeGreaterThan(0)
  })
})

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { startRun } from '../gen/engine.js'
import type { Run } from '../gen/engine-api.js'
import type { Profile } from '../profile/model.js'
import { anOutcome, aPlan, aSnapshot } from '../stats/run.testing.js'
import { defaultPacing } from '../units/pacing.js'
import { takeOutcome } from './outcome.js'
import { captureOutput } from './output.testing.js'
import { readPlans } from './profile.js'
import { runCommand } from './run-command.js'

// No device and no YAML: what is looked at is what the command does around a run.
vi.mock('../gen/engine.js', () => ({ startRun: vi.fn() }))
vi.mock('./profile.js', () => ({ readPlans: vi.fn() }))

const nothing = {
  ports: [],
  streams: [],
  expect: [],
  pacing: defaultPacing,
  safety: { allow: [], interfaces: [], lab: false },
}
const profile: Profile = { version: 1, name: 'udp-64b', seed: 42, ...nothing }
const lossless = { text: 'loss_ratio == 0', metric: 'loss_ratio', op: '==' as const, value: 0, path: [] }

let out: string
const printed = captureOutput()

beforeEach(() => {
  vi.clearAllMocks()
  out = join(mkdtempSync(join(tmpdir(), 'nmgen-run-')), 'run')
  given({})
  vi.mocked(startRun).mockImplementation(async () => aRun())
})

afterEach(() => {
  rmSync(join(out, '..'), { recursive: true })
  takeOutcome()
})

function given(plan: Parameters<typeof aPlan>[0]): void {
  const read = {
    file: 'udp.yaml',
    text: 'version: 1\n',
    profile,
    plan: aPlan({ expect: [lossless], ...plan }),
    combinations: 1,
    values: {},
  }
  vi.mocked(readPlans).mockReturnValue([read])
}

function aRun(change: Parameters<typeof anOutcome>[0] = {}): Run {
  return {
    snapshot: () => aSnapshot(),
    histograms: () => ({ latency: [], schedule: [], lateness: [] }),
    stop: () => {},
    setRate: () => {},
    begun: Promise.resolve(),
    done: Promise.resolve(anOutcome(change)),
  }
}

describe('nmgen run', () => {
  it('announces on standard error, and prints the summary alone on standard output', async () => {
    await runCommand({ profile: 'udp.yaml', out })
    expect(printed.err).toMatch(/^nmgen \S+: udp-64b, 1 stream, seed 42/)
    expect(printed.err).toContain('CPUs: lab:0 sends on 1')
    expect(printed.out).toMatch(/^PASS {2}udp-64b: 1 threshold met, nothing lost\n/)
    expect(printed.out).toContain(out)
    expect(takeOutcome()).toBe(Exit.pass)
  })

  it('--json prints one document, the same that it writes, and what is about to be sent', async () => {
    await runCommand({ profile: 'udp.yaml', out, json: true })
    expect(printed.err.split('\n')).toEqual([
      expect.stringMatching(/^nmgen \S+: udp-64b/),
      expect.stringMatching(/^ {2}udp: 64 B at /),
      '',
    ])
    expect(JSON.parse(printed.out)).toMatchObject({ schema: 'nmgen.result/1', verdict: 'pass' })
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe(printed.out)
  })

  it('--no-out writes nothing', async () => {
    await runCommand({ profile: 'udp.yaml', out: false, quiet: true })
    expect(readdirSync(join(out, '..'))).toEqual([])
    expect(printed.err).toBe('')
  })

  it('writes a complete result of an interrupted run, marked as such', async () => {
    vi.mocked(startRun).mockResolvedValue(aRun({ stopped: 'interrupted' }))
    await runCommand({ profile: 'udp.yaml', out })
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))).toMatchObject({
      verdict: 'interrupted',
      stopped: 'interrupted',
      metrics: { tx_packets: 1_000_000 },
    })
    expect(takeOutcome()).toBe(Exit.interrupted)
  })

  it('opens no device before its results have a place', async () => {
    const file = join(out, '..', 'file')
    writeFileSync(file, '')
    await expect(runCommand({ profile: 'udp.yaml', out: join(file, 'x') })).rejects.toMatchObject({ exit: 4 })
    expect(startRun).not.toHaveBeenCalled()
  })

  it('opens nothing at all for a metric that does not exist', async () => {
    given({ expect: [{ ...lossless, metric: 'loss' }] })
    await expect(runCommand({ profile: 'udp.yaml', out })).rejects.toMatchObject({ code: 'unknown-metric' })
    expect(readdirSync(join(out, '..'))).toEqual([])
  })

  it('leaves no folder behind where the run could not begin', async () => {
    vi.mocked(startRun).mockRejectedValue(new NmgenError('no-device', 'no such device', Exit.environment))
    await expect(runCommand({ profile: 'udp.yaml', out })).rejects.toMatchObject({ code: 'no-device' })
    expect(readdirSync(join(out, '..'))).toEqual([])
    expect(process.listenerCount('SIGINT')).toBe(0)
  })

  it('hands shard and overrides on', async () => {
    await runCommand({ profile: 'udp.yaml', out, shard: '2/4', rate: '5kpps', set: ['a=b'] })
    expect(startRun).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ shard: { index: 1, of: 4 } }),
    )
    const [file, options] = vi.mocked(readPlans).mock.lastCall!
    expect([file, options?.set]).toEqual(['udp.yaml', ['a=b']])
    const base = {
      ...profile,
      ports: [],
      streams: [{ name: 's', rate: { kind: 'line' } }],
    } as unknown as Profile
    expect(options?.override?.(base).streams[0]?.rate).toEqual({ kind: 'pps', pps: 5000 })
  })
})

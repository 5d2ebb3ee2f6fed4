/**
 * Faults by chance in the middle of short runs: never a hang, a corrupt result, or anything left behind.
 *
 *     NMGEN_FAULTS=200 NMGEN_FAULTS_SEED=7 npx vitest run test/faults
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { expectToAddUp } from '../cli/add-up.js'
import { inFolder, nmgen, startNmgen, until } from '../cli/nmgen.js'
import { hugepages, whyNoHugepages } from '../lab/hugepages.js'
import { whyNoLab } from '../lab/netns.js'
import { whyNoCrash } from '../lab/threads.js'
import { devices, type Setting } from './devices.js'
import { type Case, draw } from './draw.js'
import { type Fault, faults } from './faults.js'

const count = Number(process.env.NMGEN_FAULTS ?? Object.keys(faults).length)
const seed = Number(process.env.NMGEN_FAULTS_SEED ?? 1)
const LIMIT_MS = 5000
/** Packets that are handed over at once at most (kMaxBurst of native/tx/backend.h). */
const BURST = 64
const udp = 'profiles/udp-64b.yaml'

const reason = (await whyNoLab('gcc', 'mount')) ?? (await whyNoCrash())
const { backends } = JSON.parse((await nmgen(['doctor', '--json'])).stdout) as {
  backends: { name: string; available: boolean }[]
}
const available = new Set([
  ...backends.flatMap(({ name, available }) => (available ? name : [])),
  ...(whyNoHugepages() ? [] : ['hugepages']),
])

describe(`faults by chance, seed ${seed}`, () => {
  it.for(draw(count, seed, available).map((drawn, i) => ({ ...drawn, i })))(
    '$i: $fault, on $device after $afterMs ms',
    { timeout: 60_000 },
    async (drawn, ctx) => {
      if (reason) ctx.skip(reason)
      await onSmallDisk(disk => inFolder(folder => happen(drawn, folder, disk)))
    },
  )
})

async function onSmallDisk(work: (disk: string) => Promise<void>): Promise<void> {
  await inFolder(async disk => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'nmgen', disk])
    try {
      await work(disk)
    } finally {
      await execa('umount', [disk])
    }
  })
}

async function happen(drawn: Case, folder: string, disk: string): Promise<void> {
  const fault = faults[drawn.fault]!
  const setting = await devices[drawn.device]!.place(folder)
  try {
    const out = join(disk, 'run')
    const duration = fault.steps ? '1500ms' : '20s'
    const args = [
      'run',
      udp,
      ...setting.flags,
      '--rate',
      '20kpps',
      '--duration',
      duration,
      '--json',
      '--out',
      out,
    ]
    const reserved = hugepages('HugePages_Total')
    const env = fault.steps ? await stepped(folder, drawn) : {}
    const run = startNmgen(args, { env, timeout: 40_000 })
    await until('the run has written its first second', () => hasSampled(out), 25_000)
    await new Promise(done => setTimeout(done, drawn.afterMs))
    if (setting.hugepages) expect(hugepages('HugePages_Free')).toBeLessThan(reserved)
    await fault.inject({ pid: run.pid!, disk, setting, kill: signal => run.kill(signal) })
    const since = Date.now()
    const { exitCode, stdout } = await run
    expect(Date.now() - since).toBeLessThan(LIMIT_MS)
    const ended = { out, fault, exitCode, stdout: String(stdout) }
    expectWhole(ended)
    await expectNoLoss(ended, setting)
    await expectNothingLeft(setting, folder, disk)
    if (setting.hugepages) await until('the kernel has them back', () => setting.hugepages!.areBack())
  } finally {
    await setting.dispose()
  }
}

const hasSampled = (out: string): boolean =>
  existsSync(join(out, 'series.ndjson')) && readFileSync(join(out, 'series.ndjson')).length > 0

interface Ended {
  out: string
  fault: Fault
  exitCode: number | undefined
  stdout: string
}

/** The result is there, once and the same everywhere, and its counts add up; what grew is whole lines. */
function expectWhole({ out, fault, exitCode, stdout }: Ended): void {
  const lines = readFileSync(join(out, 'series.ndjson'), 'utf8').split('\n')
  for (const line of lines.slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('tx_packets')
  if (fault.hasNoResult) {
    expect(readdirSync(out)).not.toContain('result.json')
    return
  }
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result
  expect(JSON.parse(stdout)).toEqual(result)
  expect(fault.exits, `${result.verdict}: ${result.error?.message}`).toContain(exitCode)
  expect(result.metrics.tx_packets).toBeGreaterThan(0)
  expectToAddUp(result, fault.isMidBurst ? BURST : 0)
}

/** Whoever ends a run or steps a clock has taken no packet from it: what is missing, this busy host has dropped. */
async function expectNoLoss({ fault, exitCode, out }: Ended, { lab, links }: Setting): Promise<void> {
  if (!fault.steps && exitCode !== 130 && exitCode !== 143) return
  const { metrics, ports } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result
  const own = ports.reduce((sum, port) => sum + port.device_drops, 0)
  // The ring of a veth's far end is 256 frames deep, and what it drops is counted by who sends into it.
  const counters = await Promise.all(lab ? links.map(link => lab.counters(link)) : [])
  const onWire = counters.reduce((sum, { rxDropped, txDropped }) => sum + rxDropped + txDropped, 0)
  expect(metrics.lost ?? 0).toBeLessThanOrEqual(own + onWire)
}

/** The process is gone, and with it what it had put into the kernel; on disks there is what there should be. */
async function expectNothingLeft({ links, lab }: Setting, folder: string, disk: string): Promise<void> {
  expect(readdirSync(folder).filter(file => !/^(pipe|clock\.so)$/.test(file))).toEqual([])
  expect(readdirSync(disk).filter(file => !/^(run|ballast\d+)$/.test(file))).toEqual([])
  expect(readdirSync('/dev/hugepages').filter(file => file.includes('nmgen'))).toEqual([])
  const sockets = readFileSync('/proc/net/packet', 'utf8')
  for (const { near } of links) {
    const { stdout, exitCode } = await execa('ip', ['-j', '-d', 'link', 'show', 'dev', near], {
      reject: false,
    })
    if (exitCode !== 0) continue // it was taken away
    const [{ ifindex, promiscuity, xdp }] = JSON.parse(stdout)
    expect([promiscuity, xdp]).toEqual([0, undefined])
    const held = sockets.split('\n').filter(line => Number(line.trim().split(/\s+/)[4]) === ifindex)
    expect(held).toEqual([])
  }
  if (lab) expect(await lab.run('ip', '-o', 'link', 'show', 'type', 'veth')).not.toContain('nmgen')
}

/** The environment of a process whose clock will be stepped. */
async function stepped(folder: string, { stepS, afterMs }: Case): Promise<Record<string, string>> {
  const library = join(folder, 'clock.so')
  await execa('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, 'test/faults/clock.c', '-ldl'])
  return { LD_PRELOAD: library, STEP_S: `${stepS}`, STEP_AFTER_MS: `${1000 + afterMs}` }
}

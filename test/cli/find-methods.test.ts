/**
 * Every method on a device whose answer is known: a wire with room for 1,000 frames that carries one more a second. What a
 * trial loses is so decided by how many frames it has and by no clock, on a machine however slow.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { binary } from '../../src/find/binary.js'
import { bursts } from '../../src/find/bursts.js'
import { aGoal, aTrial, type Device, played } from '../../src/find/device.testing.js'
import { PRESETS, withTrials } from '../../src/find/goal.js'
import { ramp } from '../../src/find/ramp.js'
import { framesOf, type Search } from '../../src/find/trial.js'
import type { SearchReport } from '../../src/report/search/report.js'
import { inFolder } from './nmgen.js'
import { brief, find } from './search.js'

const ROOM = 1000
const TRIAL_S = 0.5
const limits = { minPps: 400, maxPps: 8000 }
const goal = aGoal('ndr', 0, withTrials({ ...PRESETS.quick, width: 0.1 }, TRIAL_S))

const onPaper: Device = ask => {
  const frames = ask.frames ?? framesOf(ask)
  return aTrial(ask.loadPps, ask.durationS, Math.max(0, frames - ROOM) / frames, ask)
}

const WIRE = `loop:find,capacity=1,depth=${ROOM}`

function profile(folder: string): string {
  const file = join(folder, 'wire.yaml')
  writeFileSync(
    file,
    `version: 1
name: wire
ports: { a: "${WIRE}" }
pacing: { tolerance: 99% }
streams:
  - name: udp
    frame: 64B
    rate: 1kpps
    layers: [{ ethernet: { dst: 02:00:00:00:00:02 } }, { ipv4: { src: 198.18.1.2, dst: 198.19.1.2 } }, { udp: { src: 1, dst: 9 } }]
`,
  )
  return file
}

const asked = [
  ...brief(),
  '--trial',
  '500ms',
  '--goal',
  'ndr: loss_ratio == 0',
  '--width',
  '10%',
  '--min',
  '400pps',
]

const searched = (method: string, ...more: readonly string[]) =>
  inFolder(async folder => {
    const args = [profile(folder), ...asked, '--max', '8kpps', '--method', method, ...more]
    const { code, stderr, report } = await find(folder, args)
    expect([stderr, code, report.verdict]).toEqual(['', 0, 'found'])
    return report.searches[0]!
  })

/** What was tried is what the search does on paper, trial by trial, and so is whether it lost anything. */
function isAsOnPaper({ trials }: SearchReport, part: string, search: Search) {
  const own = trials.filter(trial => trial.part === part)
  expect(own.map(({ load_pps, frames, loss_ratio }) => [load_pps, frames, loss_ratio > 0])).toEqual(
    played(search, onPaper).map(({ loadPps, frames, lossRatio }) => [loadPps, frames, lossRatio > 0]),
  )
}

/** The reference takes as long as it takes; what is searched with it need not. */
const coarse = ['--method', 'binary', '--trial', '200ms', '--width', '50%']

/** 1,000 frames in 0.5 s are 2,000 a second. */
const isFound = ({ findings }: SearchReport) => {
  const [{ lowerPps, upperPps, throughputPps, irregular, limitedBy }] = findings as [
    SearchReport['findings'][0],
  ]
  expect([irregular, limitedBy]).toEqual([null, 'device'])
  expect(lowerPps).toBeLessThanOrEqual(2000)
  expect(upperPps).toBeGreaterThan(2000)
  expect((upperPps! - lowerPps!) / upperPps!).toBeLessThan(0.100001)
  expect(throughputPps).toBe(lowerPps)
}

describe('nmgen find on a device of known capacity', () => {
  it('by mlrsearch', async () => isFound(await searched('mlrsearch')))

  it('by binary search, load for load', async () => {
    const search = await searched('binary')
    isFound(search)
    isAsOnPaper(search, 'throughput', binary([goal], limits))
  })

  it('by a ramp, load for load', async () => {
    const search = await searched('ramp')
    isFound(search)
    isAsOnPaper(search, 'throughput', ramp([goal], limits))
  })

  it('by bursts, burst for burst: 1,000 frames', async () => {
    const search = await searched('bursts', '--repeat', '2', '--max', '2kpps')
    const options = { loadPps: 2000, maxFrames: 4000, stepFrames: 400, repeats: 2 }
    isAsOnPaper(search, 'back-to-back', bursts(goal, options))
    const found = { averageFrames: ROOM, minFrames: ROOM, maxFrames: ROOM, deviationFrames: 0, repeats: 2 }
    expect(search.bursts).toMatchObject({ ...found, unbounded: false })
  }, 60_000)

  it('by RFC 2544: the same throughput, its loss curve, bursts, and no recovery of what stays full', async () => {
    const short = ['--repeat', '1', '--preset', 'quick', '--max', '4kpps', '--pause', '0s', '--width', '20%']
    const search = await searched('rfc2544', ...short)
    const [{ lowerPps, upperPps }] = search.findings as [SearchReport['findings'][0]]
    expect([lowerPps! <= 2000, upperPps! > 2000]).toEqual([true, true])
    const curve = search.trials.filter(({ part }) => part === 'loss')
    expect(curve.slice(0, 2).map(({ load_pps }) => load_pps)).toEqual([4000, 3600])
    expect(
      curve.map(({ load_pps, loss_ratio }) => loss_ratio > 0 === Math.round(load_pps * TRIAL_S) > ROOM),
    ).not.toContain(false)
    expect(search.latency!.repeats).toBe(1)
    expect(search.bursts!.averageFrames).toBeLessThanOrEqual(ROOM)
    expect(search.recovery).toMatchObject({ recovered: 0, repeats: 1, averageS: null })
    expect(search.recovery!.overloadPps).toBeCloseTo(lowerPps! * 1.1, 6)
  }, 90_000)

  it(
    'by RFC 2544, where all that can be sent gets through: recovered at once, and no burst is looked for',
    () =>
      inFolder(async folder => {
        const args = [profile(folder), ...asked, '--tx', 'loop:find', '--max', '4kpps', '--method', 'rfc2544']
        const { report } = await find(folder, [
          ...args,
          '--repeat',
          '1',
          '--preset',
          'quick',
          '--pause',
          '0s',
        ])
        const [search] = report.searches
        expect(search!.findings).toMatchObject([{ lowerPps: 4000, irregular: 'max-load' }])
        expect(search!.recovery).toMatchObject({ recovered: 1, repeats: 1, averageS: 0, overloadPps: 4000 })
        expect(search!.bursts).toBeNull()
      }),
    90_000,
  )

  it(
    'against a reference: far below it the device is the limit',
    () =>
      inFolder(async folder => {
        const args = [profile(folder), ...asked, '--reference', 'loop:reference', ...coarse]
        const { code, report } = await find(folder, args)
        const [search] = report.searches
        expect([code, report.verdict]).toEqual([0, 'found'])
        expect(search!.findings).toMatchObject([{ goal: 'ndr', irregular: null, limitedBy: 'device' }])
        expect(search!.reference_pps).toBe(search!.max_pps)
        expect(search!.trials.every(({ part }) => part !== 'reference')).toBe(true)
      }),
    120_000,
  )

  it(
    'that takes all of its reference: the generator is the limit, exit 11',
    () =>
      inFolder(async folder => {
        const args = [
          profile(folder),
          ...asked,
          '--tx',
          'loop:find',
          '--reference',
          'loop:reference',
          ...coarse,
        ]
        const { code, report } = await find(folder, args)
        const [search] = report.searches
        expect([code, report.verdict]).toEqual([11, 'invalid'])
        expect(search!.findings).toMatchObject([{ goal: 'ndr', limitedBy: 'generator' }])
        expect(search!.max_pps).toBe(search!.reference_pps)
      }),
    120_000,
  )
})

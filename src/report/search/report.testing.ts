/** Reports of made-up searches, for tests of whatever writes them. */
import type { Finding } from '../../find/findings.js'
import { PRESETS } from '../../find/goal.js'
import { anEnvironment } from '../../stats/run.testing.js'
import type { FindReport, SearchReport } from './report.js'

export const aFinding = (change: Partial<Finding> = {}): Finding => ({
  goal: 'ndr',
  lowerPps: 1_480_000,
  upperPps: 1_487_000,
  throughputPps: 1_480_000,
  irregular: null,
  limitedBy: 'device',
  ...change,
})

export const aSearch = (change: Partial<SearchReport> = {}): SearchReport => ({
  settings: {},
  ended: 'complete',
  min_pps: 1000,
  max_pps: 14_880_952,
  reference_pps: null,
  frame_bytes: 64,
  link_bps: 1e10,
  findings: [aFinding()],
  directions: {},
  together: {},
  loads: [
    { loadPps: 1_480_000, trials: 21, seconds: 21, lossRatio: 0, classes: { ndr: 'lower' } },
    { loadPps: 1_487_000, trials: 11, seconds: 11, lossRatio: 0.000123, classes: { ndr: 'upper' } },
  ],
  bursts: null,
  latency: null,
  recovery: null,
  trials: [],
  seconds: 32,
  ...change,
})

export const aFindReport = (change: Partial<FindReport> = {}): FindReport => ({
  schema: 'nmgen.find/1',
  verdict: 'found',
  started_at: '2026-11-23T06:15:00.000Z',
  profile: { name: 'a|b <c>', file: 'profiles/a,b:c & d.yaml', sha256: '0'.repeat(64), seed: 42 },
  method: 'mlrsearch',
  preset: 'csit',
  goals: [
    {
      name: 'ndr',
      conditions: [{ text: 'loss_ratio == 0', metric: 'loss_ratio', op: '==', value: 0, path: [] }],
      ...PRESETS.csit,
    },
  ],
  deviations: [],
  searches: [aSearch()],
  environment: anEnvironment,
  ...change,
})

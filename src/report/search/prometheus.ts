import type { Family } from '../../stats/families.js'
import { exposition } from '../exposition.js'
import type { FindReport } from './report.js'

const KINDS = [
  ['lower_pps', 'Highest load that meets the goal', 'lowerPps'],
  ['upper_pps', 'Lowest load that does not', 'upperPps'],
  ['throughput_pps', 'What was forwarded at the lower one', 'throughputPps'],
] as const

/** For a gateway, as results are; what was not found has no sample. */
export const searchPrometheus = ({ searches, profile, started_at }: FindReport): string =>
  exposition(
    KINDS.map(([name, help, key]): Family => {
      const samples = searches.flatMap(({ settings, findings }) =>
        findings.flatMap(finding => {
          const value = finding[key]
          const text = Object.entries(settings).map(([path, of]) => `${path}=${of}`)
          const labels = { profile: profile.name, goal: finding.goal, settings: text.join(' '), started_at }
          return value === null ? [] : [{ labels, value }]
        }),
      )
      return { name: `nmgen_find_${name}`, help, type: 'gauge', samples }
    }),
  )

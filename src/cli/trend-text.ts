import { better } from '../compare/gates.js'
import { type Group, groupsOf } from '../compare/groups.js'
import type { HistoryLine } from '../report/history.js'
import { paint, type Style } from '../report/style.js'
import { table } from '../report/tables.js'
import { inUnit } from '../stats/format.js'
import { METRICS, type MetricName } from '../units/metrics.js'

export interface Level extends Group {
  /** When the first run of the group began. */
  since: string
  nmgen: string
  /** Ratio to the group before, minus 1; null of the first. */
  change: number | null
}

export interface Trend {
  profile: string
  runs: number
  levels: Level[]
}

export function trendsOf(history: readonly HistoryLine[], metric: MetricName): Trend[] {
  const measured = history.filter(({ metrics }) => typeof metrics[metric] === 'number')
  const names = [...new Set(measured.map(({ profile }) => profile))]
  return names.map(profile => {
    const runs = measured.filter(line => line.profile === profile)
    const groups = groupsOf(runs.map(({ metrics }) => metrics[metric]!))
    const levels = groups.map((group, i) => {
      const { started_at: since, nmgen } = runs[group.from]!
      const before = groups[i - 1]?.mean
      return { ...group, since, nmgen, change: before ? group.mean / before - 1 : null }
    })
    return { profile, runs: runs.length, levels }
  })
}

/** Of each profile, its levels in time; the last one is where it is now. */
export function trendText(trends: readonly Trend[], metric: MetricName, style: Style): string {
  if (trends.length === 0) return `no run of this history has measured ${metric}\n`
  const blocks = trends.map(({ profile, runs, levels }) => [
    paint(style, 'bold', `${profile}: ${metric} of ${runs} runs`),
    ...table(
      ['since', 'nmgen', 'runs', 'mean', 'spread', 'change', ''],
      levels.map(level => [
        level.since.slice(0, 16).replace('T', ' '),
        level.nmgen,
        String(level.size),
        inUnit(level.mean, METRICS[metric]),
        `${((level.deviation / (level.mean || 1)) * 100).toFixed(1)} %`,
        level.change === null
          ? '-'
          : `${level.change < 0 ? '-' : '+'}${Math.abs(level.change * 100).toFixed(1)} %`,
        wordFor(metric, level.change),
      ]),
      2,
    ),
  ])
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function wordFor(metric: MetricName, change: number | null): string {
  if (change === null || change === 0) return ''
  return change < 0 === (better[metric] === 'lower') ? 'progression' : 'regression'
}

import type { Family, Sample } from '../../stats/families.js'
import type { Result } from '../../stats/result.js'
import { METRICS, type MetricName, metricNames } from '../../units/metrics.js'
import { exposition } from '../exposition.js'
import type { StoredFormat } from './stored.js'

/** For a push gateway or the node exporter's textfile collector. All are gauges: a run ends, and the next one begins at 0. */
export const prometheus: StoredFormat = {
  name: 'prometheus',
  describe: 'text exposition, for a gateway or textfile collector',
  write: results =>
    exposition(
      metricNames.map(name =>
        familyOf(
          name,
          results.map(({ result }) => result),
        ),
      ),
    ),
}

function familyOf(name: MetricName, results: readonly Result[]): Family {
  const samples = results.flatMap(result => samplesOf(name, result))
  return { name: `nmgen_${conventional(name)}`, help: `Of a run: ${name}`, type: 'gauge', samples }
}

/** Prometheus wants base units, and keeps `_count` for histograms (`promtool check metrics`). */
const conventional = (name: MetricName): string =>
  name.replace(/_n?s$/, '_seconds').replace(/_count$/, '_samples')

const inBaseUnit = (name: MetricName, value: number): number => (METRICS[name] === 'ns' ? value / 1e9 : value)

function samplesOf(name: MetricName, { metrics, streams, profile, started_at }: Result): Sample[] {
  const places = [['', metrics] as const, ...Object.entries(streams)]
  return places.flatMap(([stream, measured]) => {
    const value = measured[name]
    if (typeof value !== 'number') return []
    return [{ labels: { profile: profile.name, stream, started_at }, value: inBaseUnit(name, value) }]
  })
}

import type { Result } from '../../stats/result.js'
import { METRICS, type MetricName, metricNames } from '../../units/metrics.js'
import type { StoredFormat } from './stored.js'

/**
 * Prometheus' text format 0.0.4, for a push gateway or the node exporter's textfile collector. All are gauges: a run
 * ends, and the next one begins at 0.
 */
export const prometheus: StoredFormat = {
  name: 'prometheus',
  describe: 'text exposition, for a gateway or textfile collector',
  write: results =>
    metricNames
      .map(name =>
        family(
          name,
          results.map(({ result }) => result),
        ),
      )
      .join(''),
}

function family(name: MetricName, results: readonly Result[]): string {
  const samples = results.flatMap(result => samplesOf(name, result))
  if (samples.length === 0) return ''
  return [`# HELP nmgen_${name} in ${METRICS[name]}`, `# TYPE nmgen_${name} gauge`, ...samples, ''].join('\n')
}

function samplesOf(name: MetricName, { metrics, streams, profile, started_at }: Result): string[] {
  const places = [['', metrics] as const, ...Object.entries(streams)]
  return places.flatMap(([stream, measured]) => {
    const value = measured[name]
    if (typeof value !== 'number') return []
    const labels = { profile: profile.name, stream, started_at }
    const text = Object.entries(labels).map(([label, of]) => `${label}="${escaped(of)}"`)
    return [`nmgen_${name}{${text.join(',')}} ${value}`]
  })
}

const escaped = (text: string): string =>
  text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')

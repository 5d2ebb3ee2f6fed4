import type { Report } from './report.js'

/** One JSON object a line and interval (see Interval), written while the run is under way. */
export const series: Report = {
  file: 'series.ndjson',
  interval: ({ interval }) => `${JSON.stringify(interval)}\n`,
}

import type { Hdr } from '../stats/latency.js'
import { hlog } from './hlog.js'
import { json } from './json.js'
import type { Report } from './report.js'
import { series } from './series.js'
import { text } from './text.js'

/** Every file that a run leaves behind, apart from its profile. A new format is a file here and a line below. */
export function reports(hdr: () => Hdr): Report[] {
  return [series, hlog(hdr, 'latency'), hlog(hdr, 'schedule'), hlog(hdr, 'lateness'), text, json]
}

export { resultJson } from './json.js'
export type { Report, RunHead, Sample } from './report.js'
export { resultText } from './text.js'

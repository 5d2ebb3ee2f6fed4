/** `latency.hlog` and two more: HdrHistogram's log format 1.3, one line a stream and interval, values in nanoseconds. */
import { type Hdr, type Histograms, type StreamHistogram, toHistogram } from '../stats/latency.js'
import type { Interval } from '../stats/sampler.js'
import type { Report, RunHead } from './report.js'

/** Interval_Max in milliseconds as the Java writer has it; HistogramLogWriter of hdr-histogram-js defaults to 1000. */
const MAX_VALUE_RATIO = 1e6

/** Where there are too many streams for a histogram each, there is one of all of them. */
const ALL = 'all'

/** One file a kind: they are never mixed. */
const VALUES = {
  latency: 'one-way latency',
  schedule: 'time since packets were due, when they arrive',
  lateness: 'time since packets were due, when they are sent',
} as const satisfies Record<keyof Histograms, string>

/** `hdr` is asked for when there is something to write: the run has begun by then, and need not have waited for it. */
export function hlog(hdr: () => Hdr, kind: keyof Histograms = 'latency'): Report {
  return {
    file: `${kind}.hlog`,
    head: run => head(hdr(), run.startedAt, VALUES[kind]),
    interval: ({ interval, [kind]: entries }, run) =>
      [...byTag(entries, run)].map(([name, parts]) => line(hdr(), interval, parts, name)).join(''),
  }
}

// The writer's outputStartTime adds an empty line that the Java reader refuses, so the comment is written here.
function head(hdr: Hdr, startedAt: Date, values: string): string {
  return written(hdr, writer => {
    writer.outputLogFormatVersion()
    const seconds = (startedAt.getTime() / 1000).toFixed(3)
    writer.outputComment(`[StartTime: ${seconds} (seconds since epoch), ${startedAt.toISOString()}]`)
    writer.outputComment(`[Values: ${values} in nanoseconds; Interval_Max in milliseconds]`)
    writer.outputLegend()
  })
}

/** Members of one stream have its name: they are one line. */
function byTag(latency: readonly StreamHistogram[], run: RunHead): Map<string, StreamHistogram[]> {
  const found = new Map<string, StreamHistogram[]>()
  for (const entry of latency) {
    const names = [...new Set(entry.streams.map(id => run.streams[id]!))]
    const name = names.length === 1 ? tag(names[0]!) : ALL
    found.set(name, [...(found.get(name) ?? []), entry])
  }
  return found
}

function line(hdr: Hdr, interval: Interval, entries: readonly StreamHistogram[], streamTag: string): string {
  const histogram = toHistogram(
    hdr,
    entries.map(({ counts }) => counts),
  )
  histogram.tag = streamTag
  const start = interval.t_s - interval.interval_s
  return written(hdr, writer => {
    writer.outputIntervalHistogram(histogram, start, interval.t_s, MAX_VALUE_RATIO)
  })
}

/** Tags must hold neither comma nor white space (HistogramLogReader cuts there). */
export function tag(stream: string): string {
  return stream.replace(/[\s,]+/g, '_')
}

function written(hdr: Hdr, write: (writer: InstanceType<Hdr['HistogramLogWriter']>) => void): string {
  let text = ''
  write(new hdr.HistogramLogWriter(content => (text += content)))
  return text
}

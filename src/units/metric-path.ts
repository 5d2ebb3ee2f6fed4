/** What a metric of `expect` is of: `lost`, `streams.NAME.lost`, `streams.NAME.LABEL.lost`, `account[GROUP].lost`, ... */
export interface MetricPath {
  /** `account`: over all streams. */
  of: 'run' | 'stream' | 'account'
  /** Of one of its alternatives, with the label: `NAME.LABEL`. */
  stream: string | null
  /** null: all together; `*`: each group by itself. */
  group: string | null
  name: string
}

export const EVERY_GROUP = '*'

/** undefined: it cannot be one. Names of streams and labels may hold dots, and groups all but a bracket. */
export function metricPath(metric: string): MetricPath | undefined {
  const [, grouped, all, group, ofGroup] =
    /^(?:streams\.([^[\]]+)|(account))\[([^[\]]+)\]\.([^.]+)$/.exec(metric) ?? []
  if (ofGroup !== undefined)
    return { of: all ? 'account' : 'stream', stream: grouped ?? null, group: group!, name: ofGroup }
  if (/[[\]]/.test(metric)) return undefined
  const [, stream, name] = /^streams\.(.+)\.([^.]+)$/.exec(metric) ?? []
  if (name !== undefined) return { of: 'stream', stream: stream!, group: null, name }
  return metric.startsWith('streams.') ? undefined : { of: 'run', stream: null, group: null, name: metric }
}

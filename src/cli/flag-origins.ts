/** Which rows of a resolved profile a flag or a variable has given. */
import { type Origin, type ResolvedRow, rowOf } from '../profile/resolved-row.js'
import type { Flags, ValueFlag } from './run-flags.js'

/** By the path of a row; ports have the names that overrides.ts gives them. */
const gives: Readonly<Record<Exclude<ValueFlag, 'tx' | 'rx' | 'shard'>, RegExp>> = {
  rate: /^(streams\.[^.]+\.)?rate$/,
  duration: /^duration$/,
  count: /^streams\.[^.]+\.count$/,
  seed: /^seed$/,
  cores: /^cores$/,
  late: /^pacing\.late$/,
  queues: /^ports\.[^.]+\.queues\.tx$/,
}

export function withFlags(rows: readonly ResolvedRow[], { overrides, givenBy, given }: Flags): ResolvedRow[] {
  const changed = rows.map(row => {
    const origin = simpleOrigin(row.path, givenBy) ?? portOrigin(row, overrides, givenBy)
    return origin === undefined ? row : rowOf(row.path, row.value, origin)
  })
  return given.shard === undefined ? changed : [...changed, rowOf('shard', given.shard, givenBy.shard!)]
}

const simpleOrigin = (path: string, givenBy: Flags['givenBy']): Origin | undefined =>
  Object.entries(gives)
    .filter(([, rule]) => rule.test(path))
    .map(([flag]) => givenBy[flag as ValueFlag])
    .find(one => one !== undefined)

/** `--tx` and `--rx` make ports, and send the streams there; without `--rx`, a loop given by `--tx` is both ends. */
function portOrigin(
  { path, value }: ResolvedRow,
  { tx, rx }: Flags['overrides'],
  givenBy: Flags['givenBy'],
): Origin | undefined {
  if (/^streams\.[^.]+\.tx$/.test(path)) return givenBy.tx
  if (/^streams\.[^.]+\.rx$/.test(path)) return givenBy.rx ?? givenBy.tx
  if (!/^ports\.[^.]+\.uri$/.test(path)) return undefined
  if (path === 'ports.tx.uri' && value === tx) return givenBy.tx
  return value === rx ? givenBy.rx : undefined
}

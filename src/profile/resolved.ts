import { formatAddress } from '../units/address.js'
import { formatDuration } from '../units/duration.js'
import { formatLoad } from '../units/load.js'
import { formatTolerance } from '../units/pacing.js'
import { findDocument } from './find.js'
import { flowText } from './flow-text.js'
import type { Profile, YamlPath } from './model.js'
import { formatIp, formatPortAddress } from './port-address.js'
import { type OriginOf, type ResolvedRow, rowOf } from './resolved-row.js'
import { streamRows, variableRows } from './resolved-streams.js'

/** Every value of the profile, and who gave it. */
export function resolvedRows(profile: Profile, originOf: OriginOf): ResolvedRow[] {
  return rowsOf(profile, originOf).map(({ path, value, origin }) => rowOf(path, value, origin))
}

function rowsOf(profile: Profile, originOf: OriginOf): ResolvedRow[] {
  const row = (path: YamlPath, value: unknown): ResolvedRow[] =>
    value === undefined ? [] : [{ path: path.join('.'), value: String(value), origin: originOf(path) }]
  const { durationNs, rate, mix, pacing, latencySample, cores, safety } = profile
  return [
    ...row(['version'], profile.version),
    ...row(['name'], profile.name),
    ...row(['description'], profile.description),
    ...row(['seed'], profile.seed),
    ...portRows(profile, originOf),
    ...row(['duration'], durationNs === undefined ? undefined : formatDuration(durationNs)),
    ...row(['rate'], rate && formatLoad(rate)),
    ...row(['mix', 'run_length'], mix?.runLength),
    ...row(['pacing', 'late'], pacing.late),
    ...row(['pacing', 'after'], formatDuration(pacing.afterNs)),
    ...row(['pacing', 'catch_up'], pacing.catchUp),
    ...row(['pacing', 'burst'], pacing.burst),
    ...row(['pacing', 'tolerance'], formatTolerance(pacing.tolerance)),
    ...row(['latency', 'sample'], latencySample),
    ...row(['cores'], cores?.join(',')),
    ...variableRows([], profile, originOf),
    ...row(['account'], profile.account && `[${profile.account.join(', ')}]`),
    ...profile.streams.flatMap((stream, i) => streamRows(stream, i, originOf)),
    ...profile.expect.flatMap(({ path, text }) => row(path, text)),
    ...Object.entries(profile.find ? findDocument(profile.find) : {}).flatMap(([key, value]) =>
      row(['find', key], flowText(value)),
    ),
    ...row(['safety', 'allow'], `[${safety.allow.join(', ')}]`),
    ...row(['safety', 'interfaces'], `[${safety.interfaces.join(', ')}]`),
    ...row(['safety', 'lab'], safety.lab),
  ]
}

/** A short form (`a: loop:lab`, `queues: 2`) gives what its long form would. */
function portRows({ ports }: Profile, originOf: OriginOf): ResolvedRow[] {
  return ports.flatMap(({ name, uri, txQueues, rxQueues, args, addresses, gateways, mac }) => {
    const port = ['ports', name]
    const queues = [...port, 'queues']
    const long = ['tx', 'rx'].some(key => originOf([...queues, key]) !== 'default')
    const row = (keys: string[], value: string, short: YamlPath = port): ResolvedRow => {
      const path = [...port, ...keys]
      const origin = originOf(path)
      return { path: path.join('.'), value, origin: origin === 'default' ? originOf(short) : origin }
    }
    return [
      row(['uri'], uri),
      row(['queues', 'tx'], String(txQueues), long ? [...queues, 'tx'] : queues),
      row(['queues', 'rx'], String(rxQueues), long ? [...queues, 'rx'] : queues),
      row(['args'], `[${args.join(', ')}]`, [...port, 'args']),
      ...(addresses ? [row(['address'], `[${addresses.map(formatPortAddress).join(', ')}]`)] : []),
      ...(gateways ? [row(['gateway'], `[${gateways.map(formatIp).join(', ')}]`)] : []),
      ...(mac === undefined ? [] : [row(['mac'], formatAddress('mac', mac))]),
    ]
  })
}

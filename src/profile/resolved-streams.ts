/** Streams and variables, as `check --resolved` shows them. */
import { formatCount } from '../units/count.js'
import { formatDuration } from '../units/duration.js'
import { formatLoad } from '../units/load.js'
import {
  formatField,
  formatFragment,
  formatFrame,
  formatIndices,
  formatPick,
  formatShare,
  formatVariable,
} from './format.js'
import type { CaptureSpec, StreamSpec, YamlPath } from './model.js'
import { layersRows } from './resolved-layers.js'
import type { OriginOf, ResolvedRow } from './resolved-row.js'
import { rewriteField } from './rewrite.js'

export function streamRows(stream: StreamSpec, index: number, originOf: OriginOf): ResolvedRow[] {
  const row = (key: string, value: string | undefined, inFile: YamlPath = [key]): ResolvedRow[] =>
    value === undefined
      ? []
      : [{ path: `streams.${stream.name}.${key}`, value, origin: originOf(['streams', index, ...inFile]) }]
  return [
    ...(stream.frame.kind === 'captured' ? [] : row('frame', formatFrame(stream.frame))),
    ...fragmentRows(stream, index, originOf),
    ...(stream.capture ? captureRows(stream.capture, row) : []),
    ...row('rate', isOwnRate(stream) ? formatLoad(stream.rate) : undefined),
    ...row('share', stream.share === undefined ? undefined : formatShare(stream.share)),
    ...row('count', stream.count === undefined ? undefined : formatCount(stream.count)),
    ...row('start', stream.startNs === undefined ? undefined : formatDuration(stream.startNs)),
    ...row('for', stream.forNs === undefined ? undefined : formatDuration(stream.forNs)),
    ...row('after', stream.after && `[${stream.after.join(', ')}]`),
    ...row('account', stream.accountShared ? undefined : stream.account && `[${stream.account.join(', ')}]`),
    ...row('tx', stream.tx),
    ...row('rx', stream.rx),
    ...row('signature', String(stream.signature)),
    ...variableRows(['streams', index], stream, originOf),
    ...layersRows(stream.layers, {
      path: `streams.${stream.name}.layers`,
      inFile: ['streams', index, 'layers'],
      after: [],
      originOf,
    }),
  ]
}

const isOwnRate = ({ share, capture }: StreamSpec): boolean =>
  share === undefined && capture?.speed === undefined

function captureRows(
  { file, only, speed, loops, checksums, set }: CaptureSpec,
  row: (key: string, value: string | undefined, inFile?: YamlPath) => ResolvedRow[],
): ResolvedRow[] {
  return [
    ...row('pcap', file),
    ...row('only', only && `[${only.map(formatIndices).join(', ')}]`),
    ...row('timing', speed === undefined ? undefined : speed === 1 ? 'original' : `{speed: ${speed}}`),
    ...row('loops', loops === undefined ? undefined : formatCount(loops)),
    ...row('checksums', checksums),
    ...set.flatMap(({ name, spec, path }) =>
      row(`set.${name}`, formatField(rewriteField(name)!, spec), ['set', ...path]),
    ),
  ]
}

function fragmentRows({ name, fragment }: StreamSpec, index: number, originOf: OriginOf): ResolvedRow[] {
  if (!fragment) return []
  return Object.entries(formatFragment(fragment)).map(([key, value]) => ({
    path: `streams.${name}.fragment.${key}`,
    value,
    origin: originOf(['streams', index, 'fragment', key]),
  }))
}

/** Of the profile (no path) or of one stream. */
export function variableRows(
  inFile: YamlPath,
  { name, vars = {}, pick = {} }: Pick<StreamSpec, 'name' | 'vars' | 'pick'>,
  originOf: OriginOf,
): ResolvedRow[] {
  const path = inFile.length === 0 ? '' : `streams.${name}.`
  const rows = (key: 'vars' | 'pick', texts: readonly (readonly [string, string])[]) =>
    texts.map(([variable, value]) => ({
      path: `${path}${key}.${variable}`,
      value,
      origin: originOf([...inFile, key, variable]),
    }))
  return [
    ...rows(
      'vars',
      Object.entries(vars).map(([variable, spec]) => [variable, formatVariable(spec)] as const),
    ),
    ...rows(
      'pick',
      Object.entries(pick).map(([variable, how]) => [variable, formatPick(how)] as const),
    ),
  ]
}

/**
 * `--set` and the user's configuration in plain data, as change.ts and configure.ts have them in a document: what they
 * touch is made a small document of its own, and the thousands of streams beside it stay as they are.
 */
import { Document } from 'yaml'
import { type Configuration, configure } from './configure.js'
import { isMap, type YamlMap } from './problem.js'
import { applySetting, type ReadSetting, readSetting } from './setting.js'

export interface DataChanges {
  /** `--set` arguments. */
  set: readonly string[]
  /** The user's, for what the profile does not say. */
  config?: Configuration
}

/** undefined: ask the document. */
export function changeData(data: YamlMap, { set, config }: DataChanges): YamlMap | undefined {
  let changed: YamlMap | undefined = data
  if (config) changed = besideStreams(data, doc => configure(doc, config).length === 0)
  for (const argument of set) changed &&= withSetting(changed, readSetting(argument))
  return changed
}

function withSetting(data: YamlMap, setting: ReturnType<typeof readSetting>): YamlMap | undefined {
  if ('message' in setting) return undefined
  if (setting.words[0] === 'streams') return inStream(data, setting)
  return besideStreams(data, doc => !('message' in applySetting(doc, setting)))
}

/** `change` says whether all went well. */
function besideStreams(
  { streams, ...rest }: YamlMap,
  change: (doc: Document) => boolean,
): YamlMap | undefined {
  const doc = documentOf(rest)
  return change(doc) ? { ...doc.toJS(), streams } : undefined
}

function inStream(data: YamlMap, setting: ReadSetting): YamlMap | undefined {
  const [, name = '', key, ...deeper] = setting.words
  const streams = data.streams as readonly unknown[]
  const index = indexOf(streams, name)
  const stream = streams[index]
  // What a stream is only about to take over is not there yet to be changed.
  if (!isMap(stream) || key === undefined || 'like' in stream) return undefined
  const doc = documentOf({ streams: [stream] })
  if ('message' in applySetting(doc, { ...setting, words: ['streams', '0', key, ...deeper] }))
    return undefined
  return { ...data, streams: streams.with(index, doc.toJS().streams[0]) }
}

/** By its place or its name; where a word could be both, it is none. */
function indexOf(streams: readonly unknown[], word: string): number {
  const byName = streams.findIndex(stream => isMap(stream) && String(stream.name) === word)
  if (!/^\d+$/.test(word)) return byName
  return byName < 0 ? Number(word) : -1
}

/** Equal layers are one object in the data, and yet each of them is changed by itself. */
const documentOf = (data: YamlMap): Document => new Document(data, { aliasDuplicateObjects: false })

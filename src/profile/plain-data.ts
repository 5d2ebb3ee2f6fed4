import { CORE_SCHEMA, load } from 'js-yaml'
import { loadAlike } from './alike-text.js'
import { changeData, type DataChanges } from './change-data.js'
import { inheritData } from './inherit-data.js'
import { isMap } from './problem.js'

/**
 * The data of a profile as it stands, without a document around it: a tenth of the time, which for thousands of
 * streams is most of what a plan costs. undefined: ask the document, which has positions for what is wrong, and knows what
 * `matrix` changes, and all of `like` and `set`. Where the two parsers could disagree, it is asked as well.
 */
export function readPlainData(text: string, changes: DataChanges = { set: [] }): unknown {
  if (unusual.test(text)) return undefined
  try {
    const read = loadAlike(text) ?? load(text, { schema: CORE_SCHEMA })
    if (!isMap(read) || !Array.isArray(read.streams)) return undefined
    const data = changeData(read, changes)
    if (!data || 'matrix' in data || !Array.isArray(data.streams)) return undefined
    if (!data.streams.some(isChanged)) return data
    const streams = inheritData(data.streams)
    return streams && { ...data, streams }
  } catch {
    return undefined
  }
}

/**
 * What few profiles have, and parsers treat differently: anchors and aliases, tags, directives, several documents, block
 * scalars, escapes, tabs and other control characters, keys that are null, empty or not plain.
 */
const unusual = new RegExp(
  [
    /(^|[\s[{,:-])([&*!]\S|[@`]|\?(\s|$))/,
    /^%|^(---|\.\.\.)/,
    /[|>][-+0-9]*[ ]*(#.*)?$/,
    /\\|[^\n -~]|<<|__proto__/,
    /\bnull\b|~|[{,[]\s*:|^[ -]*:/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'im',
)

const isChanged = (stream: unknown): boolean => isMap(stream) && ('like' in stream || 'set' in stream)

import { plainStyle } from '../../stats/style.js'
import { resultJson } from '../json.js'
import { resultText } from '../text.js'
import { csv } from './csv.js'
import { github } from './github.js'
import { hgrm } from './hgrm.js'
import { html } from './html.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { prometheus } from './prometheus.js'
import type { StoredFormat } from './stored.js'

const text: StoredFormat = {
  name: 'text',
  describe: 'what a run ends with',
  write: results =>
    results.map(({ result }) => resultText(result, { style: plainStyle, folder: null })).join('\n'),
}

/** One document of one result; of several an array. */
const json: StoredFormat = {
  name: 'json',
  describe: 'the document itself, checked',
  write: results =>
    results.length === 1
      ? resultJson(results[0]!.result)
      : `${JSON.stringify(
          results.map(({ result }) => result),
          null,
          2,
        )}\n`,
}

/** A new format of `nmgen report` is a file here and a name in this list. */
export const storedFormats: readonly StoredFormat[] = [
  text,
  json,
  markdown,
  junit,
  github,
  csv,
  prometheus,
  hgrm,
  html,
]

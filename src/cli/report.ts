import type { CommandModule } from 'yargs'
import type { StoredResult } from '../report/read.js'
import { setOutcome } from './outcome.js'

interface ReportArguments {
  results: string[]
  format: string
  out: string
  merge: boolean
}

export const formats = ['text', 'json', 'markdown', 'junit', 'github', 'csv', 'prometheus', 'hgrm', 'html']

const command: CommandModule<object, ReportArguments> = {
  command: 'report <results..>',
  describe: 'Write stored results in another format',
  builder: yargs =>
    yargs
      .usage(
        'nmgen report RESULT...\n\nExamples:\n$ nmgen report results/20261123T06* --format csv\n$ nmgen report results/today --format junit --out junit.xml\n$ nmgen report shard-1 shard-2 --merge',
      )
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Results, folders of runs or searches, or folders of these',
      })
      .option('format', { choices: formats, default: 'text', requiresArg: true, describe: 'How' })
      .option('merge', {
        type: 'boolean',
        default: false,
        describe: 'Add up shards of a run, or runs of one profile, and judge the whole (exits as `run` does)',
      })
      .option('out', {
        type: 'string',
        default: '-',
        requiresArg: true,
        describe: 'File; - is standard output',
      }),
  handler: async ({ results, format, out, merge }) => {
    const { hostname } = await import('node:os')
    const { openOutput } = await import('./output.js')
    const at = { now: new Date(), host: hostname() }
    const text = (await searched(results, format, at)) ?? (await runs(results, format, at, merge))
    const output = openOutput(out)
    output.write(Buffer.from(text))
    output.close()
  },
}

interface At {
  now: Date
  host: string
}

/** null: these are no searches, or the format is one of their runs only. */
async function searched(paths: readonly string[], format: string, at: At): Promise<string | null> {
  const { readSearch } = await import('../report/search/read.js')
  const { searchFormats } = await import('../report/search/index.js')
  const chosen = searchFormats.find(({ name }) => name === format)
  const searches = paths.map(readSearch)
  if (!chosen || searches.some(search => search === null)) return null
  return searches.map(search => chosen.write(search!, at)).join('\n')
}

async function runs(paths: readonly string[], format: string, at: At, merge: boolean): Promise<string> {
  const { readResults } = await import('../report/read.js')
  const { storedFormats } = await import('../report/stored/index.js')
  const chosen = storedFormats.find(({ name }) => name === format)!
  const stored = paths.flatMap(readResults)
  return await chosen.write(merge ? [await merged(stored)] : stored, at)
}

/** A whole is judged anew, and its verdict is news: that of a stored result was told when it was made. */
async function merged(stored: readonly StoredResult[]): Promise<StoredResult> {
  const { merge } = await import('../report/merge.js')
  const { exitOf } = await import('../stats/verdict.js')
  const whole = await merge(stored)
  setOutcome(exitOf(whole.result))
  return whole
}

export default command

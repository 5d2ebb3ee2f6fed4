import type { CommandModule } from 'yargs'

interface TrendArguments {
  history: string
  append: string[]
  metric: string
  json: boolean
}

const command: CommandModule<object, TrendArguments> = {
  command: 'trend <history>',
  describe: 'Show where a series of runs changed its level; never a gate',
  builder: yargs =>
    yargs
      .usage(
        'nmgen trend HISTORY\n\nExamples:\n$ nmgen trend history.jsonl --append results/today\n$ nmgen trend history.jsonl --metric latency_p99_ns --json',
      )
      .positional('history', { type: 'string', demandOption: true, describe: 'JSON lines, one a run' })
      .option('append', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'Add results, or folders of them, first',
      })
      .option('metric', {
        type: 'string',
        default: 'tx_pps',
        requiresArg: true,
        describe: 'What is followed',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' }),
  handler: async ({ history, append, metric, json }) => {
    const { readGates } = await import('./compare-gates.js')
    const { appendHistory, readHistory } = await import('../report/history.js')
    const { readResults } = await import('../report/read.js')
    const { trendsOf, trendText } = await import('./trend-text.js')
    const { styleFor } = await import('../report/style.js')
    const [gate] = readGates([metric])!
    if (append.length > 0) appendHistory(history, append.flatMap(readResults))
    const trends = trendsOf(readHistory(history), gate!.metric)
    const document = { schema: 'nmgen.trend/1', metric, profiles: trends }
    process.stdout.write(
      json
        ? `${JSON.stringify(document, null, 2)}\n`
        : trendText(trends, gate!.metric, styleFor(process.stdout, process.env)),
    )
  },
}

export default command

import type { CommandModule } from 'yargs'

interface ReportArguments {
  results: string[]
  format: string
  out: string
}

export const formats = ['text', 'json', 'markdown', 'junit', 'github', 'csv', 'prometheus', 'hgrm', 'html']

const command: CommandModule<object, ReportArguments> = {
  command: 'report <results..>',
  describe: 'Write stored results in another format',
  builder: yargs =>
    yargs
      .usage(
        'nmgen report RESULT...\n\nExamples:\n$ nmgen report results/20261123T06* --format csv\n$ nmgen report results/today --format junit --out junit.xml',
      )
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Results, folders of runs, or folders of these',
      })
      .option('format', { choices: formats, default: 'text', requiresArg: true, describe: 'How' })
      .option('out', {
        type: 'string',
        default: '-',
        requiresArg: true,
        describe: 'File; - is standard output',
      }),
  handler: async ({ results, format, out }) => {
    const { hostname } = await import('node:os')
    const { readResults } = await import('../report/read.js')
    const { storedFormats } = await import('../report/stored/index.js')
    const { openOutput } = await import('./output.js')
    const chosen = storedFormats.find(({ name }) => name === format)!
    const text = await chosen.write(results.flatMap(readResults), { now: new Date(), host: hostname() })
    const output = openOutput(out)
    output.write(Buffer.from(text))
    output.close()
  },
}

export default command

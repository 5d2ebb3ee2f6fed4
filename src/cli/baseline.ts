import type { CommandModule } from 'yargs'

interface BaselineArguments {
  action: 'update'
  results: string[]
  dir: string
}

const command: CommandModule<object, BaselineArguments> = {
  command: 'baseline <action> <results..>',
  describe: 'Keep results as what later ones are compared with',
  builder: yargs =>
    yargs
      .usage(
        'nmgen baseline update RESULT...\n\nExamples:\n$ nmgen baseline update results/20261123T06*\n$ nmgen compare results/baselines/udp-64b results/today',
      )
      .positional('action', {
        choices: ['update'] as const,
        demandOption: true,
        describe: 'Replaces what was kept',
      })
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Results or folders of them',
      })
      .option('dir', {
        type: 'string',
        default: 'results/baselines',
        requiresArg: true,
        describe: 'A folder for each profile is made in it',
      }),
  handler: async ({ results, dir }) => {
    const { readResults } = await import('../report/read.js')
    const { updateBaselines } = await import('../report/baseline.js')
    for (const { folder, runs } of updateBaselines(dir, results.flatMap(readResults)))
      process.stdout.write(`${folder}: ${runs} runs\n`)
  },
}

export default command

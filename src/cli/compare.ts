import type { CommandModule } from 'yargs'
import type { Argv } from './run-flags.js'
import { runOptions } from './run-options.js'

export interface CompareArguments extends Argv {
  tx: string | undefined
  base: string
  current: string | undefined
  run: boolean
  aa: boolean
  pairs: string
  'max-pairs': string | undefined
  'warm-up': string
  'base-nmgen': string | undefined
  'current-nmgen': string | undefined
  gate: string[]
  strict: boolean
  'allow-env-diff': boolean
  'keep-disturbed': boolean
  'fail-on': string[]
  noise: string | undefined
  json: boolean
  'out-json': string | undefined
  junit: string | undefined
  markdown: string | undefined
  html: string | undefined
  github: boolean
  set: string[]
  out: string | undefined
}

/** Light to import: `nmgen --help` loads this file, and only a comparison loads what it needs. */
const command: CommandModule<object, CompareArguments> = {
  command: 'compare <base> [current]',
  describe: 'Say whether one set of results is slower than another, and how sure that is',
  builder: yargs =>
    runOptions(yargs)
      .positional('base', {
        type: 'string',
        demandOption: true,
        describe:
          'Results, a folder of them, or a table of bench/run.mjs; with --run PROFILE or PROFILE@TX-URI',
      })
      .positional('current', { type: 'string', describe: 'The same, of what is judged' })
      .option('run', {
        type: 'boolean',
        default: false,
        describe: 'Make the runs, in turn (A B B A), with the flags of `run`',
      })
      .option('aa', {
        type: 'boolean',
        default: false,
        describe: 'Compare BASE with itself and keep how far its runs differ (needs --run)',
      })
      .option('pairs', { type: 'string', default: '10', requiresArg: true, describe: 'Runs of each side' })
      .option('max-pairs', {
        type: 'string',
        requiresArg: true,
        describe: 'Go on up to so many where the first say nothing certain',
      })
      .option('warm-up', {
        type: 'string',
        default: '500ms',
        requiresArg: true,
        describe: 'A run that nobody counts, after each change of side; 0s: none',
      })
      .option('base-nmgen', { type: 'string', requiresArg: true, describe: 'The nmgen.js that runs BASE' })
      .option('current-nmgen', {
        type: 'string',
        requiresArg: true,
        describe: 'The nmgen.js that runs CURRENT',
      })
      .option('gate', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'A metric that decides, and its threshold: rx_pps=2% [default: rate, loss, p99]',
      })
      .option('strict', {
        type: 'boolean',
        default: false,
        describe: 'A regression only where the whole interval is beyond the threshold',
      })
      .option('allow-env-diff', {
        type: 'boolean',
        default: false,
        describe: 'Compare although machine, devices or profiles differ',
      })
      .option('keep-disturbed', {
        type: 'boolean',
        default: false,
        describe: 'Judge runs, too, in which others used the CPUs of queues',
      })
      .option('fail-on', {
        choices: ['inconclusive'],
        array: true,
        default: [] as string[],
        describe: 'Exit 12 where nothing certain can be said',
      })
      .option('noise', {
        type: 'string',
        requiresArg: true,
        describe: 'What --aa wrote [default: results/baselines/PROFILE.noise.json]',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .option('out-json', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the JSON document to a file as well',
      })
      .option('junit', { type: 'string', requiresArg: true, describe: 'Write JUnit XML to a file as well' })
      .option('markdown', { type: 'string', requiresArg: true, describe: 'Write Markdown to a file as well' })
      .option('html', {
        type: 'string',
        requiresArg: true,
        describe: 'Write a page with charts to a file as well',
      })
      .option('github', {
        type: 'boolean',
        default: false,
        describe: 'Annotations and job summary of GitHub Actions [default: where GITHUB_ACTIONS is set]',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'With --run, change a value of both profiles',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'With --run, keep the runs in this folder',
      })
      .example('$0 compare results/baselines/udp-64b results/today', 'stored results')
      .example('$0 compare --run a.yaml b.yaml --pairs 10 --duration 2s', 'two profiles, in turn')
      .example('$0 compare --run p.yaml p.yaml --base-nmgen ../old/bin/nmgen.js', 'two builds')
      .example('$0 compare --run p.yaml --aa', 'how much does this machine vary?')
      .epilogue(
        'Exit codes: 0 equal or better, 10 regression, 11 not comparable, 12 inconclusive with --fail-on.',
      ),
  handler: async argv => {
    const { compareCommand } = await import('./compare-command.js')
    await compareCommand(argv)
  },
}

export default command

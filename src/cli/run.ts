import type { CommandModule } from 'yargs'
import { runOptions } from './run-options.js'

const examples = `nmgen run PROFILE

Examples:
$ nmgen run profiles/udp-64b.yaml --duration 3s
$ nmgen run profiles/imix.yaml --tx dpdk:0000:03:00.0 --rx dpdk:0000:03:00.1
$ nmgen run profiles/udp-64b.yaml --rate 1Mpps --json | jq .metrics.lost`

/** Light to import: `nmgen --help` loads this file, and only a run loads what it needs. */
const run: CommandModule = {
  command: 'run <profile>',
  describe: 'Send what a profile says, and report what was sent and received',
  builder: yargs =>
    runOptions(yargs.usage(examples))
      .positional('profile', { type: 'string', describe: 'YAML file', demandOption: true })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Change a value of the profile: --set streams.udp.frame=128B',
      })
      .option('json', { type: 'boolean', describe: 'Print the result as JSON (nmgen.result/1)' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder for the result (default: a new one in results/)',
      })
      .option('no-out', { type: 'boolean', describe: 'Write no files' })
      .option('metrics', {
        type: 'string',
        requiresArg: true,
        describe: 'Serve counters to Prometheus while it runs: PORT, HOST:PORT; 0: any',
      })
      .option('ui', {
        type: 'string',
        describe: 'Show the run in a browser, which can stop it: --ui, --ui=PORT, --ui=HOST:PORT',
      })
      .option('calibrate', {
        type: 'boolean',
        describe: 'First measure for a second what nmgen itself adds to a latency; it is not subtracted',
      })
      .option('quiet', { type: 'boolean', describe: 'No progress on standard error' })
      .epilogue(
        'Every option but --set, --expect, --json, --no-out, --calibrate, --quiet and --ui can be given as NMGEN_NAME in the environment.\n' +
          'Exit: 0 pass, 10 a threshold failed, 11 nmgen missed the asked rate, 5 the run broke, 130 interrupted.',
      ),
  handler: async argv => {
    const { runCommand } = await import('./run-command.js')
    await runCommand(argv)
  },
}

export default run

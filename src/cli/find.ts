import type { CommandModule } from 'yargs'
import { methods, presetNames } from '../units/search.js'
import { deviceOptions } from './run-options.js'

const usage = `nmgen find PROFILE

Examples:
$ nmgen find profiles/udp-64b.yaml --preset quick
$ nmgen find fw.yaml --tx afxdp:eth1 --rx afxdp:eth2 --reference loop:ref
$ nmgen find fw.yaml --sizes rfc2544 --method rfc2544 --goal "ndr: loss_ratio == 0"
$ nmgen find fw.yaml --fixed canary --goal "ok: streams.canary.loss_ratio < 0.1%"
$ nmgen find --resume results/20261123T061500Z-find-fw-k3f9`

/** Light to import: `nmgen --help` loads this file, and only a search loads what it needs. */
const command: CommandModule = {
  command: 'find [profile]',
  describe: 'Find the highest load that a device forwards within a goal',
  builder: yargs =>
    deviceOptions(yargs.usage(usage))
      .positional('profile', { type: 'string', describe: 'YAML file; not with --resume' })
      .option('method', {
        choices: methods,
        requiresArg: true,
        describe: 'How the next load is chosen [default: mlrsearch]',
      })
      .option('preset', {
        choices: presetNames,
        requiresArg: true,
        describe: 'Lengths, sums and widths [default: csit; of method rfc2544, rfc2544]',
      })
      .option('goal', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'NAME: CONDITION, CONDITION, on any metric [default: ndr and pdr]',
      })
      .option('width', { type: 'string', requiresArg: true, describe: 'How exactly: 0.5%' })
      .option('trial', { type: 'string', requiresArg: true, describe: 'Length of a full trial: 1s, 60s' })
      .option('repeat', { type: 'string', requiresArg: true, describe: 'Of bursts and latency (50 and 20)' })
      .option('min', { type: 'string', requiresArg: true, describe: 'Lowest load [default: 9001pps]' })
      .option('max', {
        type: 'string',
        requiresArg: true,
        describe: 'Highest load, per sending port [default: what can be sent]',
      })
      .option('fixed', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A stream that keeps its own rate, and whose loss is not the search’s',
      })
      .option('reference', {
        type: 'string',
        array: true,
        nargs: 1,
        describe:
          'The port without the device (twice: to send, to receive): measured first, sets the maximum',
      })
      .option('sizes', {
        type: 'string',
        requiresArg: true,
        describe: 'Frame sizes: rfc2544, rfc8219, 64,512',
      })
      .option('directions', {
        type: 'string',
        requiresArg: true,
        describe: 'A search each: forward, reverse, both (by sending port)',
      })
      .option('vary', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A search for each value, which hooks see as NMGEN_NAME: rules=0,100',
      })
      .option('before-search', {
        type: 'string',
        requiresArg: true,
        describe: 'Shell command before each search',
      })
      .option('before-trial', {
        type: 'string',
        requiresArg: true,
        describe: 'Shell command before each trial',
      })
      .option('after-trial', {
        type: 'string',
        requiresArg: true,
        describe: 'Shell command after each trial',
      })
      .option('warm-up', { type: 'string', requiresArg: true, describe: 'Before the search [default: 1s]' })
      .option('pause', {
        type: 'string',
        requiresArg: true,
        describe: 'After each trial [default: none; rfc2544: 5s]',
      })
      .option('timeout', { type: 'string', requiresArg: true, describe: 'Of each search [default: none]' })
      .option('resume', {
        type: 'string',
        requiresArg: true,
        describe: 'Go on with the search in this folder',
      })
      .option('offline', { type: 'boolean', describe: 'With --resume: only say anew what its trials say' })
      .option('set', { type: 'string', array: true, nargs: 1, describe: 'Change a value of the profile' })
      .option('json', { type: 'boolean', describe: 'Print the report as JSON (nmgen.find/1)' })
      .option('out', { type: 'string', requiresArg: true, describe: 'Folder for the search and its trials' })
      .option('quiet', { type: 'boolean', describe: 'No progress on standard error' })
      .epilogue(
        'Exit: 0 found, 10 not even the lowest load meets a goal, 11 limited by the generator or out of time, 5 the device died or a trial broke, 130 interrupted. docs/guide/find.md says more.',
      ),
  handler: async argv => {
    const { findCommand } = await import('./find-command.js')
    await findCommand(argv)
  },
}

export default command

import type { CommandModule } from 'yargs'

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
    yargs
      .usage(examples)
      .positional('profile', { type: 'string', describe: 'YAML file', demandOption: true })
      .option('tx', {
        type: 'string',
        requiresArg: true,
        describe:
          'Send all streams from this port: loop:x, xdp:eth3, afxdp:eth3, afpacket:eth3, dpdk:0000:03:00.0, pcap:FILE',
      })
      .option('rx', { type: 'string', requiresArg: true, describe: 'Receive on this port' })
      .option('rate', {
        type: 'string',
        requiresArg: true,
        describe: 'Of each stream (or of their total): line, 1Mpps, 10Gbps, 95%',
      })
      .option('duration', { type: 'string', requiresArg: true, describe: 'Such as 3s, 500ms, 5m' })
      .option('count', { type: 'string', requiresArg: true, describe: 'Packets of each stream: 1M' })
      .option('seed', { type: 'string', requiresArg: true, describe: 'The same seed sends the same packets' })
      .option('cores', {
        type: 'string',
        requiresArg: true,
        describe: 'CPUs of the workers, TX first: 1-3,5',
      })
      .option('queues', { type: 'string', requiresArg: true, describe: 'TX queues of each sending port' })
      .option('shard', { type: 'string', requiresArg: true, describe: 'Send share i of n only: 1/4' })
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
      .option('quiet', { type: 'boolean', describe: 'No progress on standard error' })
      .epilogue(
        'Every option but --set, --json, --no-out and --quiet can be given as NMGEN_NAME in the environment.\n' +
          'Exit: 0 pass, 10 a threshold failed, 11 nmgen missed the asked rate, 5 the run broke, 130 interrupted.',
      ),
  handler: async argv => {
    const { runCommand } = await import('./run-command.js')
    await runCommand(argv)
  },
}

export default run

import type { Argv } from 'yargs'

/** Where a run is sent and received, and by whom; `find` takes the same. */
export const deviceOptions = <T>(yargs: Argv<T>) =>
  yargs
    .option('tx', {
      type: 'string',
      requiresArg: true,
      describe:
        'Send all streams from this port: loop:x, xdp:eth3, afxdp:eth3, afpacket:eth3, dpdk:0000:03:00.0, pcap:FILE',
    })
    .option('rx', { type: 'string', requiresArg: true, describe: 'Receive on this port (none: nowhere)' })
    .option('seed', { type: 'string', requiresArg: true, describe: 'The same seed sends the same packets' })
    .option('cores', {
      type: 'string',
      requiresArg: true,
      describe: 'CPUs of the workers, TX first: 1-3,5',
    })
    .option('queues', { type: 'string', requiresArg: true, describe: 'TX queues of each sending port' })
    .option('late', {
      type: 'string',
      requiresArg: true,
      describe: 'What becomes of late packets: catch-up, skip, fail',
    })

/** What changes a profile for a run; `check` takes the same, so that it can say what would run. */
export const runOptions = <T>(yargs: Argv<T>) =>
  deviceOptions(yargs)
    .option('rate', {
      type: 'string',
      requiresArg: true,
      describe: 'Of each stream (or of their total): line, 1Mpps, 10Gbps, 95%',
    })
    .option('duration', { type: 'string', requiresArg: true, describe: 'Such as 3s, 500ms, 5m' })
    .option('count', { type: 'string', requiresArg: true, describe: 'Packets of each stream: 1M' })
    .option('expect', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'What must hold, beside what the profile expects: --expect "loss_ratio == 0"',
    })
    .option('shard', { type: 'string', requiresArg: true, describe: 'Send share i of n only: 1/4' })

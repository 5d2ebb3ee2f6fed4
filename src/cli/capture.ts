import type { CommandModule } from 'yargs'

export interface CaptureArguments {
  port: string
  filter: string | undefined
  pcap: string | undefined
  count: string | undefined
  duration: string | undefined
  idle: string | undefined
  profile: string | undefined
  queues: string | undefined
  cores: string | undefined
  payload: boolean | undefined
  json: boolean | undefined
  quiet: boolean | undefined
}

/** Light to import, as every command's own file. */
const command: CommandModule<object, CaptureArguments> = {
  command: 'capture <port>',
  describe: 'Receive only: count what arrives by protocol, size and stream; keep it as a pcap file',
  builder: yargs =>
    yargs
      .positional('port', { type: 'string', demandOption: true, describe: 'BACKEND:DEVICE' })
      .option('filter', {
        type: 'string',
        requiresArg: true,
        describe: 'Only these, as for tcpdump: `udp port 53`',
      })
      .option('pcap', {
        type: 'string',
        requiresArg: true,
        describe: 'Write whole frames here; - is standard output',
      })
      .option('count', { type: 'string', requiresArg: true, describe: 'End after so many packets' })
      .option('duration', { type: 'string', requiresArg: true, describe: 'End after this time, such as 10s' })
      .option('idle', {
        type: 'string',
        requiresArg: true,
        describe: 'End when nothing has come for this time',
      })
      .option('profile', { type: 'string', requiresArg: true, describe: 'Count the streams of this profile' })
      .option('queues', {
        type: 'string',
        requiresArg: true,
        describe: 'RX queues, a worker each [default: 1]',
      })
      .option('cores', { type: 'string', requiresArg: true, describe: 'CPUs of the workers: 1-3,5' })
      .option('payload', { type: 'boolean', describe: 'Print what each UDP packet carries' })
      .option('json', {
        type: 'boolean',
        describe: 'Print the counts as one JSON document (nmgen.capture/1)',
      })
      .option('quiet', { type: 'boolean', describe: 'No progress on standard error' })
      .conflicts('payload', 'json')
      .example('$0 capture afpacket:eth3 --duration 10s', '')
      .example("$0 capture afxdp:eth3 --filter 'udp port 53' --payload", '')
      .example('$0 capture afpacket:eth3 --count 1M --pcap far.pcap', ''),
  handler: async argv => {
    const { capture } = await import('./capture-command.js')
    await capture(argv)
  },
}

export default command

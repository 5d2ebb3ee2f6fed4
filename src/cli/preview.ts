import type { CommandModule } from 'yargs'

export interface PreviewArguments {
  profile: string
  count: string | undefined
  stream: string | undefined
  packet: string | undefined
  pcap: string | undefined
  stats: boolean | undefined
  json: boolean | undefined
  set: string[]
}

/** Light to import: `nmgen --help` loads this file, and only a preview loads what it needs. */
const command: CommandModule<object, PreviewArguments> = {
  command: 'preview <profile>',
  describe: 'Show packets before they are sent: fields and bytes, or a pcap file',
  builder: yargs =>
    yargs
      .positional('profile', { type: 'string', demandOption: true, describe: 'YAML file' })
      .option('count', {
        type: 'string',
        requiresArg: true,
        describe: 'Packets in all, streams taking turns as they would be sent [default: 3]',
      })
      .option('stream', { type: 'string', requiresArg: true, describe: 'Of this stream only' })
      .option('packet', {
        type: 'string',
        requiresArg: true,
        describe: 'Start with packet N of each stream (the first is 0)',
      })
      .option('pcap', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the packets to a pcap file instead; - is standard output',
      })
      .option('stats', {
        type: 'boolean',
        describe:
          'Count instead: frame sizes, distinct flows, values of each field [default of --count: 100k]',
      })
      .option('json', { type: 'boolean', describe: 'Print one JSON document' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: 'Change a value of the profile: --set streams.0.frame=128B',
      })
      .conflicts('pcap', ['json', 'stats'])
      .example('$0 preview profiles/udp-64b.yaml --packet 1M', 'the packet with index 1000000')
      .example('$0 preview profiles/udp-1m-5tuple.yaml --stats --count 1048576', 'how many flows?')
      .example('$0 preview profiles/imix.yaml --count 12 --pcap - | tshark -r -', ''),
  handler: async argv => {
    const { preview } = await import('./preview-command.js')
    await preview(argv)
  },
}

export default command

import type { CommandModule } from 'yargs'

interface DoctorArguments {
  profile: string | undefined
  json: boolean
  fix: boolean | undefined
  undo: boolean | undefined
}

const command: CommandModule<object, DoctorArguments> = {
  command: 'doctor [profile]',
  describe: 'Say what can run on this machine, and how to get the rest',
  builder: yargs =>
    yargs
      .usage(
        'nmgen doctor [PROFILE]\n\nWith a profile: opens its devices, sends nothing; exit 4 where it could not run.',
      )
      .positional('profile', { type: 'string', describe: 'YAML file: could it run here?' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' })
      .option('fix', {
        type: 'boolean',
        describe: 'Reserve hugepages and set the performance governor, after saying so',
      })
      .option('undo', { type: 'boolean', describe: 'Take back what --fix has changed' })
      .conflicts('fix', 'undo'),
  handler: async argv => {
    const { doctor } = await import('./doctor-command.js')
    await doctor(argv)
  },
}

export default command

import type { CommandModule } from 'yargs'

const command: CommandModule = {
  command: 'schema',
  describe: 'Print the JSON Schema of profiles, for editors',
  builder: yargs => yargs.usage('nmgen schema\n\nExamples:\n$ nmgen schema > profiles/schema.json'),
  handler: async () => {
    const { profileJsonSchemaText } = await import('../profile/schema-json.js')
    process.stdout.write(profileJsonSchemaText())
  },
}

export default command

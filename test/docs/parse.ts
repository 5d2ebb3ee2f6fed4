/** What a shell would hand to nmgen and make, of a command that cannot be run here: nothing is started. */
import { execa } from 'execa'
import yargs from 'yargs'
import { commands } from '../../src/cli/commands.js'

export interface Call {
  program: string
  args: string[]
}

const END = '\u0001'

/** Functions take the programs' places; nothing else is found, for there is no PATH. */
const stand_ins = `
call() { printf '%s\\0' "$@" '${END}'; }
nmgen() { call nmgen "$@"; }
make() { call make "$@"; }
npx() { "$@"; }
sudo() { "$@"; }
setpriv() { while [ "$#" -gt 0 ] && [ "$1" != nmgen ]; do shift; done; "$@"; }
`

export async function callsOf(text: string): Promise<Call[]> {
  const { stdout } = await execa('/bin/bash', ['-c', `${stand_ins}${text}`], {
    env: { PATH: '/nonexistent' },
    extendEnv: false,
    reject: false,
  })
  return stdout
    .split(`${END}\0`)
    .slice(0, -1)
    .map(call => {
      const [program = '', ...args] = call.split('\0').slice(0, -1)
      return { program, args }
    })
}

/** Throws where there is no such command, flag or choice. */
export async function parseOnly(args: readonly string[]): Promise<void> {
  const parser = yargs([...args]).scriptName('nmgen')
  for (const command of commands) parser.command({ ...command, handler: () => {} })
  await parser
    .option('color', { type: 'boolean' })
    .demandCommand(1)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message)
    })
    .parseAsync()
}

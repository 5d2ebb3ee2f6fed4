/** What `nmgen … --help` prints, as text: for the pages and the manual page that are made of it. */
import { commands } from './commands.js'
import { main } from './main.js'

export async function helpText(argv: readonly string[]): Promise<string> {
  const lines: string[] = []
  const print = console.log
  // yargs prints help so.
  console.log = (text: string) => void lines.push(text)
  try {
    await main([...argv, '--help'])
  } finally {
    console.log = print
  }
  return lines.join('\n')
}

/** Of every command, as on the command line. */
export const commandNames = (): string[] =>
  commands.map(({ command }) => String(command).split(' ')[0]!).filter(name => name !== '')

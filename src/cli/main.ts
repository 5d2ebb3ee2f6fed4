import { readFileSync } from 'node:fs'
import type { Argv, CommandModule } from 'yargs'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import { nearest } from '../profile/suggest.js'
import { didYouMean } from '../units/parsed.js'
import { takeOutcome } from './outcome.js'

const intro = `nmgen <command>

Examples:
$ nmgen run profiles/udp-64b.yaml --duration 3s
$ nmgen preview profiles/udp-64b.yaml --count 2
$ nmgen check profiles/*.yaml
$ nmgen find profiles/udp-64b.yaml --preset quick
$ nmgen compare results/baselines/udp-64b results/today
$ nmgen ports
$ nmgen doctor`

const exitCodes = `Exit codes: 0 pass, 1 bug in nmgen, 2 usage, 3 bad profile, 4 environment not
ready, 5 the run broke, 10 threshold failed or regression, 11 invalid (the
generator's fault, or not comparable), 12 inconclusive, 130/143 interrupted.`

/** Runs one command line; the only place that puts yargs together. */
export async function main(argv: string[]): Promise<number> {
  // It stays: a pipe reports that its reader left only after the command has ended.
  if (!process.stdout.listeners('error').includes(ignoreClosedPipe))
    process.stdout.on('error', ignoreClosedPipe)
  try {
    // Before yargs and the commands are loaded: scripts ask for the version to see whether nmgen is there.
    if (argv.length === 1 && argv[0] === '--version') process.stdout.write(`${version()}\n`)
    else await execute(argv)
    return takeOutcome()
  } catch (error) {
    takeOutcome()
    return explain(error)
  }
}

async function execute(argv: string[]): Promise<void> {
  const { default: yargs } = await import('yargs')
  const parser: Argv = yargs(argv).scriptName('nmgen').usage(intro).epilogue(exitCodes)
  const { commands } = await import('./commands.js')
  let chosen = async () => {}
  for (const command of commands) parser.command(afterwards(command))
  await parser
    .option('color', { type: 'boolean', describe: 'Colour; --no-color switches it off', global: true })
    .middleware(({ color }) => setColor(color as boolean | undefined))
    .demandCommand(1, 'say what to do, such as `nmgen run PROFILE`')
    .strict()
    .recommendCommands()
    .wrap(80)
    .version(version())
    .help()
    .alias('help', 'h')
    .exitProcess(false)
    .fail((message, error) => {
      // What yargs itself throws, such as on `--tx` without a value, is a mistake in the command line too.
      if (error && error.name !== 'YError') throw error
      throw usageError(message ?? error?.message, optionsOf(parser))
    })
    .parseAsync()
  await chosen()

  /** Not under yargs, which would lay out the help of a command that takes its time: a twentieth of a second. */
  function afterwards(command: CommandModule): CommandModule {
    const handler: CommandModule['handler'] = argv => {
      chosen = async () => command.handler(argv)
    }
    return { ...command, handler }
  }
}

/** Those of the command at hand and the global ones; yargs has no type for it. */
function optionsOf(parser: Argv): string[] {
  const { key } = (parser as Argv & { getOptions(): { key: Record<string, unknown> } }).getOptions()
  return Object.keys(key).filter(name => name.length > 1)
}

function usageError(message: string, options: readonly string[]): NmgenError {
  const meant = /^Did you mean (.+)\?$/.exec(message)?.[1]
  if (meant)
    return new NmgenError('usage', 'there is no such command', Exit.usage, `did you mean \`nmgen ${meant}\`?`)
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  const option = unknown === undefined ? undefined : nearest(unknown, options)
  const hint = option === undefined ? '`nmgen --help` shows the commands' : didYouMean(`--${option}`)
  return new NmgenError('usage', message, Exit.usage, hint)
}

/** The environment is what every part that paints looks at. */
function setColor(color: boolean | undefined): void {
  if (color === false) process.env.NO_COLOR = '1'
  if (color === true) process.env.FORCE_COLOR = '1'
}

function explain(error: unknown): ExitCode {
  if (error instanceof NmgenError) {
    const help = error.hint === undefined ? '' : `  help: ${error.hint}\n`
    process.stderr.write(`nmgen: ${error.message} [${error.code}]\n${help}`)
    return error.exit
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${text}\nnmgen: this is a bug in nmgen; please report it with the lines above\n`)
  return Exit.bug
}

/** `nmgen schema | head`: the reader has seen enough, which is no failure of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

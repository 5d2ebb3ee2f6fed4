/** The log: JSON lines on standard error, for finding out what happened. What a user must know is not said here. */
import { destination, type Logger, pino } from 'pino'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

let logger: Logger | undefined

/** At the level of NMGEN_LOG, `warn` without it. Made on first use, so that a test or a flag can still set the level. */
export function log(): Logger {
  // Synchronous: the lines before a crash are the ones that matter.
  logger ??= pino(
    { name: 'nmgen', level: levelOf(process.env.NMGEN_LOG) },
    destination({ dest: 2, sync: true }),
  )
  return logger
}

/** An unknown level must not stop a run. */
export function levelOf(text: string | undefined): string {
  const level = text?.toLowerCase() ?? ''
  return LEVELS.includes(level) ? level : 'warn'
}

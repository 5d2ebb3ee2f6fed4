import type { ExitCode } from './exit.js'

/**
 * A failure that a user can act on: a stable kebab-case code, one sentence that says what is wrong,
 * and a hint that says what to do about it. Everything else that is thrown is a bug (exit 1).
 */
export class NmgenError extends Error {
  override readonly name = 'NmgenError'

  constructor(
    readonly code: string,
    message: string,
    readonly exit: ExitCode,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

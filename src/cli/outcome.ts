import { Exit, type ExitCode } from '../exit.js'

/**
 * How a command's handler hands its exit code to `main`: yargs drops what handlers return. Setting
 * `process.exitCode` instead would leave `main` without a result that a test could look at.
 */
let outcome: ExitCode = Exit.pass

/** Called by a handler that ends without an error but not with a pass. The last call counts. */
export function setOutcome(code: ExitCode): void {
  outcome = code
}

/** The outcome of the command that just ended; starts anew for the next one. */
export function takeOutcome(): ExitCode {
  const code = outcome
  outcome = Exit.pass
  return code
}

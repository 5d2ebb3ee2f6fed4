import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'

/** What goes to a file that the user named: whatever fails is a sentence (exit 4). */
export function writing<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const { message } = cause as Error
    throw new NmgenError('cannot-write', `cannot write ${file}: ${message}`, Exit.environment, undefined, {
      cause,
    })
  }
}

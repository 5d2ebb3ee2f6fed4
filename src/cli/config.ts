/** The user's own configuration file, by the XDG Base Directory Specification. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Configuration } from '../profile/configure.js'

/** undefined: there is none. A path that is not absolute is to be ignored (the specification says so). */
export function userConfig(env: NodeJS.ProcessEnv = process.env): Configuration | undefined {
  const base = env.XDG_CONFIG_HOME ?? ''
  const file = join(isAbsolute(base) ? base : join(env.HOME || homedir(), '.config'), 'nmgen', 'config.yaml')
  try {
    return { file, text: readFileSync(file, 'utf8') }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const hint = 'make it readable, or set XDG_CONFIG_HOME to another folder'
    throw new NmgenError('config-unreadable', `${file} cannot be read: ${message}`, Exit.profile, hint, {
      cause,
    })
  }
}

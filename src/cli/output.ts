/** A file that is written in blocks, or standard output as `-`. Whatever fails is a sentence (exit 4). */
import { closeSync, openSync, writeSync } from 'node:fs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'

export interface Output {
  write(bytes: Uint8Array): void
  close(): void
}

export function openOutput(file: string): Output {
  if (file === '-') return { write: bytes => void process.stdout.write(bytes), close: () => {} }
  const handle = orExplain(file, () => openSync(file, 'w'))
  return {
    write: bytes => {
      for (let at = 0; at < bytes.length; ) at += orExplain(file, () => writeSync(handle, bytes, at))
    },
    close: () => closeSync(handle),
  }
}

function orExplain<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const { message } = cause as Error
    throw new NmgenError('cannot-write', `cannot write ${file}: ${message}`, Exit.environment, undefined, {
      cause,
    })
  }
}

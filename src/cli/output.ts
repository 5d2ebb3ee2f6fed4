/** A file that is written in blocks, or standard output as `-`. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { writing } from '../report/writing.js'

export interface Output {
  write(bytes: Uint8Array): void
  close(): void
}

export function openOutput(file: string): Output {
  if (file === '-') return { write: bytes => void process.stdout.write(bytes), close: () => {} }
  const handle = writing(file, () => openSync(file, 'w'))
  return {
    write: bytes => {
      for (let at = 0; at < bytes.length; ) at += writing(file, () => writeSync(handle, bytes, at))
    },
    close: () => closeSync(handle),
  }
}

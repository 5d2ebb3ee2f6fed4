/** Capture files of a profile: looked up from its folder on, and read no further than a plan can hold. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Profile } from '../profile/model.js'
import type { CaptureResult } from '../stats/result.js'
import type { CaptureReader } from '../templates/captures/group.js'
import { mostBytes } from '../templates/captures/record.js'

/** Each file is read once, for all streams and all runs of a matrix that use it. */
export function captureReader(profileFile: string): CaptureReader {
  const known = new Map<string, ReturnType<CaptureReader>>()
  return name => {
    const found = known.get(name) ?? readFile(pathOf(profileFile, name), name)
    known.set(name, found)
    return found
  }
}

/** In the user's words: from where they are. */
const pathOf = (profileFile: string, name: string): string =>
  isAbsolute(name) ? name : join(dirname(profileFile), name)

function readFile(path: string, name: string): ReturnType<CaptureReader> {
  try {
    return readStart(path, name)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      return {
        message: `there is no file ${path}`,
        hint: 'its name counts from the folder of the profile on',
      }
    const reason = code === 'EACCES' ? 'permission denied' : message
    return { message: `${name} cannot be read: ${reason}`, hint: 'it must be a file that you may read' }
  }
}

function readStart(path: string, name: string): ReturnType<CaptureReader> {
  // Opening a pipe would wait for whoever writes into it.
  const stat = statSync(path)
  if (!stat.isFile())
    return { message: `${name} is no plain file`, hint: 'write what it gives to a file first' }
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(Math.min(stat.size, mostBytes))
    let at = 0
    for (let n = -1; n !== 0 && at < bytes.length; at += n)
      n = readSync(file, bytes, at, bytes.length - at, at)
    return { bytes: bytes.subarray(0, at), size: at < bytes.length ? at : stat.size }
  } finally {
    closeSync(file)
  }
}

/** Of the whole of each capture that the profile uses, also where a plan holds its beginning only. */
export function captureResults({ streams }: Profile, profileFile: string): CaptureResult[] {
  const files = new Set(streams.flatMap(({ capture }) => capture?.file ?? []))
  return [...files].map(file => ({ file, ...digestOf(pathOf(profileFile, file)) }))
}

function digestOf(path: string): Omit<CaptureResult, 'file'> {
  const hash = createHash('sha256')
  const block = new Uint8Array(1 << 20)
  const file = openSync(path, 'r')
  try {
    let bytes = 0
    for (let n = readSync(file, block); n > 0; n = readSync(file, block)) {
      hash.update(block.subarray(0, n))
      bytes += n
    }
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    closeSync(file)
  }
}

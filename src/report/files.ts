/**
 * The run folder. Everything that will be written is created before the first packet: a full disk or a wrong path
 * is found in the first millisecond, not after an hour (as hyperfine does with its exports).
 */
import { randomInt } from 'node:crypto'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'

/** A file of the run folder that is open. */
export interface OpenFile {
  append(text: string): void
  /** Takes so much of the disk now: what is appended to a file written whole finds room then, if the disk is full by then. */
  reserve(bytes: number): void
  /** For a file that is written whole: it takes its name only now, so that half a result is never found. */
  finish(): void
}

export interface RunFolder {
  path: string
  /** Grows while the run is under way. */
  stream(name: string): OpenFile
  /** Appears under its name when it is finished, in one step. */
  whole(name: string): OpenFile
  /** Removes what was created: the run never began. */
  discard(): void
}

export interface FolderName {
  /** `--out`: the folder itself, which must be empty or not exist yet. */
  out?: string
  /** Else the parent of a folder that is named after time and profile. */
  parent: string
  profile: string
  now: Date
}

export function openFolder(name: FolderName): RunFolder {
  const path = name.out === undefined ? newFolder(name) : givenFolder(name.out)
  const made: string[] = []
  const open = (file: string) => {
    const full = join(path, file)
    const fd = attempt(full, () => openSync(full, 'wx'))
    made.push(full)
    return { full, fd }
  }
  return {
    path,
    stream: file => streamFile(open(file)),
    whole: file => wholeFile(open(`.${file}.tmp`), join(path, file)),
    discard: () => discard(path, made),
  }
}

function streamFile({ full, fd }: { full: string; fd: number }): OpenFile {
  return {
    append: text => attempt(full, () => writeAll(fd, Buffer.from(text), null)),
    reserve: () => {},
    finish: () => attempt(full, () => closeSync(fd)),
  }
}

function wholeFile({ full, fd }: { full: string; fd: number }, name: string): OpenFile {
  let bytes = 0
  return {
    append: text =>
      attempt(name, () => {
        const more = Buffer.from(text)
        writeAll(fd, more, bytes)
        bytes += more.length
      }),
    // There is no fallocate(2) here; on file systems that write in place, zeros do the same.
    reserve: room => attempt(name, () => writeAll(fd, Buffer.alloc(room), 0)),
    finish: () =>
      attempt(name, () => {
        ftruncateSync(fd, bytes)
        closeSync(fd)
        renameSync(full, name)
      }),
  }
}

// write(2) may write less than it was given.
function writeAll(fd: number, bytes: Buffer, at: number | null): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, bytes.length - done, at === null ? null : at + done)
}

/** `20261123T061500Z-udp-64b-k3f9`: sorts by time, says what, and is unique when two runs start in one second. */
export function folderName(now: Date, profile: string, id: string): string {
  const utc = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '')
  return `${utc}-${profile.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60)}-${id}`
}

function newFolder({ parent, now, profile }: FolderName): string {
  const id = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0')
  const path = join(parent, folderName(now, profile, id))
  attempt(path, () => makeFolders(parent))
  attempt(path, () => mkdirSync(path))
  return path
}

/** Node's own `recursive` says ENOENT of a disk that is read-only. */
function makeFolders(path: string): void {
  try {
    mkdirSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw cause
    makeFolders(dirname(path))
    mkdirSync(path)
  }
}

function givenFolder(path: string): string {
  attempt(path, () => makeFolders(path))
  if (attempt(path, () => readdirSync(path)).length === 0) return path
  throw new NmgenError(
    'results-not-writable',
    `${path} is not empty: results are never written over`,
    Exit.environment,
    'name a folder that does not exist yet',
  )
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const { code = 'unknown error', message } = cause as NodeJS.ErrnoException
    throw new NmgenError(
      'results-not-writable',
      `cannot write ${path}: ${code} (${reason(message)})`,
      Exit.environment,
      `make ${isFull(code) ? 'room on the disk of ' : ''}${dirname(path)}${isFull(code) ? '' : ' writable'}, or choose another place with --out DIR, or none with --no-out`,
      { cause },
    )
  }
}

const isFull = (code: string): boolean => code === 'ENOSPC' || code === 'EDQUOT'

// `EACCES: permission denied, mkdir '/x'` → `permission denied`: code and path are said already.
function reason(message: string): string {
  return /^\w+: (.*?), \w+/.exec(message)?.[1] ?? message
}

function discard(path: string, made: readonly string[]): void {
  try {
    for (const file of made) rmSync(file, { force: true })
    rmdirSync(path)
  } catch {
    // Somebody else put a file there: it stays.
  }
}

/** Writes the formats into the run folder: growing ones during the run, whole ones at its end. */
import { stringify } from 'yaml'
import type { ProfileResult, Result } from '../stats/result.js'
import type { OpenFile, RunFolder } from './files.js'
import type { Report, RunHead, Sample } from './report.js'

export interface Recorder {
  folder: string
  begin(head: RunHead): void
  sample(sample: Sample): void
  /** Result files take their names only now. */
  end(result: Result): void
  discard(): void
}

export interface RecorderInput {
  folder: RunFolder
  formats: readonly Report[]
  profile: RecordedProfile
  /** What the result says of it: thousands of streams take a while, so it is asked for when the run has begun. */
  described: () => ProfileResult
}

export interface RecordedProfile {
  /** The profile's text as the user wrote it. */
  text: string
  streams: number
}

interface Target {
  format: Report
  file: OpenFile
}

export function recorder({ folder, formats, profile, described }: RecorderInput): Recorder {
  const targets = prepare(folder, () => {
    writeProfile(folder, profile.text)
    return formats.map(format => ({ format, file: openTarget(folder, format, profile) }))
  })
  let run: RunHead = { startedAt: new Date(0), streams: [] }
  const later = postponed()
  return {
    folder: folder.path,
    begin: head => {
      run = head
      later.try(() => writeResolved(folder, described()))
      later.try(() => write(targets, format => format.head?.(head)))
    },
    sample: sample => later.try(() => write(targets, format => format.interval?.(sample, run))),
    end: result => {
      // Each for itself: where there is no room for one, another may have its own.
      for (const target of targets)
        later.each(() => {
          write([target], format => format.end?.(result))
          target.file.finish()
        })
      later.rethrow()
    },
    discard: folder.discard,
  }
}

// A disk that fills up while packets are sent must not end the run: it is said when the result is.
function postponed() {
  let failure: unknown
  return {
    try: (action: () => void) => {
      if (failure !== undefined) return
      try {
        action()
      } catch (error) {
        failure = error
      }
    },
    each: (action: () => void) => {
      try {
        action()
      } catch (error) {
        failure ??= error
      }
    },
    rethrow: () => {
      if (failure !== undefined) throw failure
    },
  }
}

// A folder that could not be filled is of no use to anybody.
function prepare<T>(folder: RunFolder, fill: () => T): T {
  try {
    return fill()
  } catch (error) {
    folder.discard()
    throw error
  }
}

function openTarget(folder: RunFolder, format: Report, profile: RecordedProfile): OpenFile {
  const file = format.interval ? folder.stream(format.file) : folder.whole(format.file)
  if (format.isReserved) file.reserve(roomFor(profile))
  return file
}

/** A result holds its profile, and four times as much for each stream; thousands of them write on without a promise. */
function roomFor({ streams }: RecordedProfile): number {
  return Math.min(64 * 1024 + streams * 8 * 1024, 4 * 1024 * 1024)
}

function write(targets: readonly Target[], content: (format: Report) => string | undefined): void {
  for (const { format, file } of targets) {
    const text = content(format)
    if (text) file.append(text)
  }
}

// Before the run: also a run that is killed can be done again.
function writeProfile(folder: RunFolder, text: string): void {
  const copy = folder.stream('profile.yaml')
  copy.append(text)
  copy.finish()
}

function writeResolved(folder: RunFolder, profile: ProfileResult): void {
  const resolved = folder.stream('profile.resolved.yaml')
  resolved.append(
    `# ${profile.file} as it ran, every value resolved; sha256 of the source: ${profile.sha256}\n`,
  )
  resolved.append(resolvedText(profile.resolved))
  resolved.finish()
}

/** With more streams than this, each is one line, which takes a hundredth of the time: they are searched, not read. */
const mostInFull = 500

/** JSON is YAML (YAML 1.2 section 1.3). */
export function resolvedText(resolved: unknown): string {
  const { streams = [] } = resolved as { streams?: readonly unknown[] }
  if (streams.length <= mostInFull) return stringify(resolved)
  const lines = streams.map(stream => `  - ${JSON.stringify(stream)}\n`)
  return stringify({ ...(resolved as object), streams: [] }).replace(
    /^streams: \[\]\n/m,
    () => `streams:\n${lines.join('')}`,
  )
}

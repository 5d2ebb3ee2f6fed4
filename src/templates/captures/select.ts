/** Which packets of a file are sent, and what keeps others from it. */
import type { CaptureSpec, YamlPath } from '../../profile/model.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import { frameOf, isKnownLink, linkName, type Unfit } from './frames.js'
import { readCapture } from './read.js'
import { type CaptureFailure, type CaptureFile, type CaptureRecord, mostPackets } from './record.js'

export interface Selected {
  frames: readonly Uint8Array[]
  times: readonly (bigint | null)[]
  /** In the file. */
  indices: readonly number[]
}

export function selectPackets(
  file: CaptureFile,
  { file: name, only }: CaptureSpec,
  path: YamlPath,
): { selected?: Selected; diagnostics: readonly Diagnostic[] } {
  const selection = new Selection(only)
  const failure = selection.readAll(file)
  if (failure) return { diagnostics: [badCapture(name, failure, path)] }
  const { frames, times, indices } = selection
  const diagnostics = [...selection.warnings(name, path)]
  if (frames.length > 0) return { selected: { frames, times, indices }, diagnostics }
  return { diagnostics: [...diagnostics, error(path, nothingLeft(name, selection.read))] }
}

function nothingLeft(name: string, read: number): Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  const code = 'empty-capture'
  if (read === 0) return { code, message: `${name} holds no packet`, hint: 'is this the right file?' }
  const message = `${name}: none of its ${read} packets is left to be sent`
  return { code, message, hint: 'choose others with `only`, or another file' }
}

const badCapture = (name: string, { offset, message, hint }: CaptureFailure, path: YamlPath): Diagnostic =>
  error(path, { code: 'bad-capture', message: `${name}, byte ${offset}: ${message}`, hint })

interface LeftOut {
  count: number
  first: number
}

class Selection {
  readonly frames: Uint8Array[] = []
  readonly times: (bigint | null)[] = []
  readonly indices: number[] = []
  /** Packets that were looked at. */
  read = 0
  readonly #leftOut = new Map<Unfit, LeftOut>()
  readonly #wanted: { low: number; high: number }[]
  readonly #last: number

  constructor(only: CaptureSpec['only']) {
    const all = [{ low: 0, high: Number.POSITIVE_INFINITY }]
    this.#wanted = [...(only ?? all)].sort((a, b) => a.low - b.low)
    this.#last = Math.max(...this.#wanted.map(({ high }) => high))
  }

  /** Stops at the last packet that is wanted: what comes after it may be as long, or as wrong, as it is. */
  readAll(file: CaptureFile): CaptureFailure | undefined {
    const records = readCapture(file)
    for (let index = 0; index <= this.#last; index++) {
      const next = records.next()
      if (next.done) return next.value
      this.read++
      const failure = this.#wants(index) ? this.#take(next.value, index) : undefined
      if (failure) return failure
    }
    return undefined
  }

  /** Asked in rising order. */
  #wants(index: number): boolean {
    while (this.#wanted[0] && this.#wanted[0].high < index) this.#wanted.shift()
    return this.#wanted.some(({ low, high }) => low <= index && index <= high)
  }

  #take(record: CaptureRecord, index: number): CaptureFailure | undefined {
    if (!isKnownLink(record.linkType)) return unknownLink(record, index)
    const frame = frameOf(record)
    if (typeof frame === 'string') {
      const { count, first } = this.#leftOut.get(frame) ?? { count: 0, first: index }
      this.#leftOut.set(frame, { count: count + 1, first })
      return undefined
    }
    if (this.frames.length === mostPackets) return tooMany(record)
    this.frames.push(frame)
    this.times.push(record.timeNs)
    this.indices.push(index)
    return undefined
  }

  warnings(name: string, path: YamlPath): Diagnostic[] {
    const found = [...this.#leftOut].map(([why, { count, first }]) => {
      const packets =
        count === 1 ? `packet ${first} is` : `${count} packets, the first is packet ${first}, are`
      return warning(path, {
        code: 'packets-left-out',
        message: `${name}: ${packets} ${reasons[why].what}`,
        hint: reasons[why].hint,
      })
    })
    if (this.#last < this.read || this.#last === Number.POSITIVE_INFINITY) return found
    const message = `${name} has ${this.read} packets: there is no packet ${this.#last}`
    const hint = 'the first one is packet 0'
    return [...found, warning([...path.slice(0, 2), 'only'], { code: 'no-such-packet', message, hint })]
  }
}

const reasons: Readonly<Record<Unfit, { what: string; hint: string }>> = {
  'cut-off': {
    what: 'left out: only the beginning was captured',
    hint: 'capture with the whole length: `tcpdump -s 0`',
  },
  'too-long': {
    what: 'left out: frames longer than 9216 bytes with FCS cannot be sent',
    hint: 'they were captured before the card cut them into segments: capture on the wire, or with `ethtool -K DEV tso off gro off`',
  },
  'too-short': {
    what: 'left out: shorter than an Ethernet header',
    hint: 'nothing could forward them',
  },
  'no-protocol': {
    what: 'left out: without a protocol that stands on Ethernet',
    hint: 'only IP and what has an EtherType can be sent',
  },
}

const unknownLink = ({ offset, linkType }: CaptureRecord, index: number): CaptureFailure => ({
  offset,
  message: `packet ${index} has the link type ${linkName(linkType)}, from which no Ethernet frame can be made`,
  hint: 'nmgen sends captures of Ethernet (1), raw IP (101, 228, 229) and Linux cooked (113, 276)',
})

const tooMany = ({ offset }: CaptureRecord): CaptureFailure => ({
  offset,
  message: `a stream has at most ${mostPackets} packets of a capture, and this one has more`,
  hint: 'choose some with `only`, or make several streams of it',
})

import { type BitRange, readBits } from './bits.js'
import { type Field, fieldKeyIn, type Held, type Item, itemKey, type List, type Member } from './header.js'

export interface DissectedField extends BitRange {
  /** `flags`; in the items of a list, `options.mss.value`. */
  key: string
  /** `bits` is what it really has. */
  field: Field
  value: bigint
}

/** Reads a header's members from a frame, by the same tables that wrote them. */
export class Reading implements Held {
  readonly fields: DissectedField[] = []

  constructor(
    readonly bytes: Uint8Array,
    /** The next bit, and where the header must have ended. */
    public at: number,
    readonly end: number,
    readonly prefix = '',
  ) {}

  value(name: string): bigint {
    const key = fieldKeyIn(this.prefix, name)
    return this.fields.find(field => field.key === key)?.value ?? 0n
  }

  /** False where the frame ends first, or holds what cannot be. */
  read(members: readonly Member[]): boolean {
    return members.every(member => {
      if ('when' in member) return !member.when(this) || this.read(member.fields)
      return 'list' in member ? this.#readList(member) : this.#readField(member)
    })
  }

  #readField(field: Field): boolean {
    const bits = this.#bitsOf(field)
    if (!(bits >= 0 && this.at + bits <= this.end)) return false
    const range = { bitOffset: this.at, bits }
    const value = readBits(this.bytes, range)
    const real = bits === field.bits ? field : { ...field, bits }
    this.fields.push({
      bitOffset: this.at,
      bits,
      key: fieldKeyIn(this.prefix, field.name),
      field: real,
      value,
    })
    this.at += bits
    return true
  }

  #bitsOf(field: Field): number {
    if (field.extent) return 8 * field.extent(this, this.bytes.subarray(this.at / 8, this.end / 8))
    return field.width ? field.width(this) : field.bits
  }

  #readList(list: List): boolean {
    const extent = list.extent?.(this)
    const end = extent === undefined ? this.end : Math.min(this.end, this.at + 8 * Math.max(0, extent))
    const count = list.count?.(this) ?? Number.POSITIVE_INFINITY
    const seen = new Map<string, number>()
    for (let n = 0; n < count && this.at < end; n++) if (!this.#readItem(list, end, seen)) break
    if (extent !== undefined && this.at < end) this.#readRest(list, end, seen)
    return true
  }

  #readItem(list: List, end: number, seen: Map<string, number>): boolean {
    for (const [kind, item] of Object.entries(list.items)) {
      const nth = (seen.get(kind) ?? 0) + 1
      const reading = new Reading(
        this.bytes,
        this.at,
        end,
        fieldKeyIn(this.prefix, itemKey(list.list, kind, nth)),
      )
      if (item.unread || !reading.read(item.fields) || !isKind(item, reading)) continue
      if (reading.at === this.at) continue
      seen.set(kind, nth)
      this.at = reading.at
      this.fields.push(...reading.fields)
      return true
    }
    return false
  }

  /** What is no item that anybody knows. */
  #readRest({ list }: List, end: number, seen: Map<string, number>): void {
    const prefix = fieldKeyIn(this.prefix, itemKey(list, 'raw', (seen.get('raw') ?? 0) + 1))
    const rest = {
      name: 'bytes',
      type: 'bytes',
      bits: 0,
      default: 0n,
      doc: '',
      extent: () => (end - this.at) / 8,
    } as const
    const reading = new Reading(this.bytes, this.at, end, prefix)
    reading.read([rest])
    this.at = reading.at
    this.fields.push(...reading.fields)
  }
}

const isKind = ({ is }: Item, reading: Reading): boolean =>
  Object.entries(is).every(([name, value]) => reading.value(name) === value)

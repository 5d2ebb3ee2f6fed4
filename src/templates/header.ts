import type { LayerSpec, ValueSpec } from '../profile/model.js'

/**
 * How a field's text is read and printed. `flags` is a set of letters, e.g. `SA` in TCP; `checksum` a number, or
 * `valid`, `zero`, `bad`; `bytes` hexadecimal, `text` UTF-8 and `name` a domain name, each as long as it is given.
 */
export type FieldType = 'uint' | 'mac' | 'ipv4' | 'ipv6' | 'flags' | 'checksum' | 'bytes' | 'text' | 'name'

/** Words for the numbers of a field; `id` names the set in the JSON Schema. */
export interface Names {
  id: string
  values: Readonly<Record<string, bigint>>
}

/** What is known of a header while it is written as well as while it is read: its fields so far. */
export interface Held {
  /** Of a varying field, one of its values. */
  value(name: string): bigint
}

/** What a computed field may look at. Byte counts exclude the FCS. */
export interface LayerContext extends Held {
  /** From the first byte of this header (or item of a list) to the end of the packet. */
  bytesFromHere: number
  /** Bytes of this header (or item) itself. */
  headerBytes: number
  /** The name of the layer above, or undefined at the top. */
  next: string | undefined
  /** The profile, or the layer above, gave the field a value. */
  given(name: string): boolean
  /** Bytes of a field or a list, as far as it can be known from what is given. */
  bytesOf(name: string): number
  countOf(list: string): number
}

/** Bytes from `from` on are filled up to a multiple of `to`. */
export interface Padding {
  to: number
  from: number
}

export interface Field {
  name: string
  /** Of `bytes`, `text` and `name`: those of the default. */
  bits: number
  type: FieldType
  /** One line for the schema, the editor and the reference page. */
  doc: string
  /** Used where the profile gives no value: a constant, or a rule computed per packet size. */
  default: bigint | ((context: LayerContext) => bigint)
  /** Devices on the way leave it alone, so that a receiver may recognise a stream by it. */
  identifies?: true
  /** Packets are sent to this address: it must be an allowed target. */
  target?: true
  /** Packets come from this address, as they say: somebody else's is a forgery. */
  origin?: true
  /** Numbers that people know in hexadecimal, such as an EtherType. */
  hex?: true
  /** For `flags`: the letter of each bit, most significant first, `.` for a bit without a letter. */
  letters?: string
  names?: Names
  /** Bits where they follow from a field before this one; `bits` is then the most that it can have. */
  width?: (held: Held) => number
  /** For `bytes`, `text` and `name`: how many bytes a frame holds here. `rest` is what the header may still fill. */
  extent?: (held: Held, rest: Uint8Array) => number
  /** Zeros follow a value of another length. */
  pad?: Padding
}

/** Members that are there only under a condition, e.g. the key of GRE. */
export interface When {
  when: (held: Held) => boolean
  /** When that is, in words: `with type ns`. */
  doc: string
  fields: readonly Member[]
}

/** One kind of item in a list: a small header of its own. */
export interface Item {
  doc: string
  /** The fields that tell this kind from the others; they have these values unless given. */
  is: Readonly<Record<string, bigint>>
  fields: readonly Member[]
  /** The field that a bare value stands for: `{mss: 1460}`. */
  short?: string
  /** Never recognised in a frame: its bytes read as whatever they look like. */
  unread?: true
}

/** Any number of items: options, segments, questions. */
export interface List {
  list: string
  doc: string
  /** In the order in which a reader tries them. A list of one kind may call it '': its items need no name. */
  items: Readonly<Record<string, Item>>
  /** Where the profile gives no list. */
  default?: readonly LayerSpec[]
  /** Bytes of the list in a frame, or how many items; neither: as many as can be read. */
  extent?: (held: Held) => number
  count?: (held: Held) => number
  /** Items that fill `bytes` bytes up to a multiple of `to`, counted from the start of the header. */
  align?: { to: number; fill: (bytes: number) => readonly LayerSpec[] }
}

export type Member = Field | When | List

/** A checksum that lives in field `field`. */
export interface ChecksumRule {
  field: string
  /** One's complement (RFC 1071), or CRC32c (RFC 9260 appendix A). */
  kind?: 'sum' | 'crc32c'
  /** `header`: this header only (IPv4). `segment`: this header to the end of the packet. */
  covers: 'header' | 'segment'
  /** The pseudo-header of the IP layer below is part of the sum (RFC 768, RFC 9293, RFC 8200 section 8.1). */
  pseudo: boolean
  /** UDP: a computed zero is sent as all ones (RFC 768). */
  zeroIsAllOnes?: boolean
}

/** What the author of a header writes. */
export interface HeaderRecord {
  name: string
  doc: string
  /** Where the header is specified, e.g. `RFC 768`. */
  source: string
  /** In wire order; whatever of them is there adds up to whole bytes. */
  fields: readonly Member[]
  /** Standing directly on a layer of this name sets these fields there, e.g. UDP on ipv4: protocol 17. */
  on: Readonly<Record<string, Readonly<Record<string, bigint>>>>
  /** May be the first layer of a frame. */
  starts?: true
  /** Stands on anything, and anything stands on it. */
  anywhere?: true
  checksum?: ChecksumRule
  /** The protocol number for the pseudo-header, where `checksum.pseudo` is set. */
  protocol?: number
  /** Its first bits, by which a reader knows it where the layer below does not say what follows (MPLS, GTP-U). */
  guess?: { bits: number; value: bigint }
  /** The message ends with its header: what a frame has beyond is padding behind the packet, in no length or sum. */
  closed?: (held: Held) => boolean
  /** The packet ends on a multiple of so many bytes from here; the rest of the frame is padding behind it. */
  unit?: number
  /** Of the keys of its fields, the address that stands for the destination in the pseudo-header (RFC 8200 section 8.1). */
  finalDestination?: (held: Held, keys: readonly string[]) => string | undefined
}

export interface Header extends Omit<HeaderRecord, 'fields'> {
  /** The table as written, with conditions and lists. */
  members: readonly Member[]
  /** Every field that the header can have, each name once; those of list items aside. */
  fields: readonly Field[]
  lists: readonly List[]
}

/** Checks a header record once, at load; throws a plain Error because only a developer can cause it. */
export function defineHeader({ fields: members, ...record }: HeaderRecord): Header {
  const fields = fieldsOf(members)
  const always = members.filter((member): member is Field => 'bits' in member && !member.width)
  const bits = always.reduce((sum, field) => sum + field.bits, 0)
  if (always.length === members.length && bits % 8 !== 0)
    throw new Error(`header ${record.name}: ${bits} bits are not whole bytes`)
  if (record.checksum && !fields.some(field => field.name === record.checksum?.field))
    throw new Error(`header ${record.name}: no field ${record.checksum.field} for its checksum`)
  return { ...record, members, fields, lists: listsOf(members) }
}

const known = new WeakMap<readonly Member[], readonly Field[]>()

/** Those of all conditions. Asked for over and over, and never another answer. */
export function fieldsOf(members: readonly Member[]): readonly Field[] {
  const fields = known.get(members)
  return fields ?? remembered(known, members, uniqueFields(members))
}

/** Written once: to write into a weak map costs more than to read it. */
function remembered<T>(known: WeakMap<readonly Member[], T>, members: readonly Member[], answer: T): T {
  known.set(members, answer)
  return answer
}

/** A name that stands for two kinds of field would have no schema. */
function uniqueFields(members: readonly Member[]): Field[] {
  const found = new Map<string, Field>()
  for (const field of members.flatMap(flatten)) {
    const twin = found.get(field.name) ?? field
    if (twin.type !== field.type || twin.bits !== field.bits || twin.names !== field.names)
      throw new Error(`two kinds of field are called ${field.name}`)
    found.set(field.name, twin)
  }
  return [...found.values()]
}

const flatten = (member: Member): readonly Field[] =>
  'when' in member ? member.fields.flatMap(flatten) : 'list' in member ? [] : [member]

const knownLists = new WeakMap<readonly Member[], readonly List[]>()

export function listsOf(members: readonly Member[]): readonly List[] {
  const lists = knownLists.get(members)
  return lists ?? remembered(knownLists, members, members.flatMap(listsIn))
}

const listsIn = (member: Member): readonly List[] =>
  'when' in member ? listsOf(member.fields) : 'list' in member ? [member] : []

/** `options.mss`, the second `options.mss.2`; items without a name are counted: `segments.1`. */
export const itemKey = (list: string, kind: string, nth: number): string =>
  kind === '' ? `${list}.${nth}` : `${list}.${kind}${nth === 1 ? '' : `.${nth}`}`

export const fieldKeyIn = (prefix: string, name: string): string =>
  prefix === '' || name === '' ? prefix + name : `${prefix}.${name}`

export type { LayerSpec, ValueSpec }

/**
 * `account`: a packet's group, like all of the packet, is a function of (plan, stream, i), so that whoever knows its index,
 * as a receiver does by the signature, knows its group, whatever a device has made of the fields since.
 */
import type { Profile, StreamSpec } from '../../profile/model.js'
import { hintFor } from '../../units/suggest.js'
import { type Diagnostic, error } from '../diagnostic.js'
import { dissect } from '../dissect.js'
import type { Account, StreamPlan } from '../plan.js'
import { type Axis, axisProgram } from './axis.js'
import { type Column, columnOf } from './column.js'
import { type CellOf, keysOf } from './keys.js'
import { periodOf } from './period.js'

/** Of all streams together. Each is counted for itself, in 128 bytes at every receiver. */
export const MAX_GROUPS = 65_536

export interface Accounted {
  plans: readonly StreamPlan[]
  diagnostics: readonly Diagnostic[]
}

/** Gives the streams that are to be accounted for what tells their groups apart. */
export function accountStreams(profile: Profile, plans: readonly StreamPlan[]): Accounted {
  const specs = new Map(profile.streams.map(spec => [spec.name, spec]))
  if (![...specs.values()].some(({ account }) => account)) return { plans, diagnostics: [] }
  const work = new Work(profile)
  const made = plans.map(plan => {
    const spec = specs.get(plan.name)!
    if (!spec.account) return plan
    const account = work.account(spec, plan)
    return account ? { ...plan, account } : plan
  })
  return { plans: made, diagnostics: work.diagnostics() }
}

class Work {
  #room = BigInt(MAX_GROUPS)
  readonly #tooMany: Diagnostic[] = []
  /** By where it stands: a name that no stream had so far. */
  readonly #unknown = new Map<string, Diagnostic | null>()

  constructor(readonly profile: Profile) {}

  account(spec: StreamSpec, plan: StreamPlan): Account | undefined {
    const path = spec.accountShared ? ['account'] : [...plan.path, 'account']
    const columns = spec.account!.map((name, k) => {
      const column = columnOf(name, plan, { ...this.profile.vars, ...spec.vars })
      this.#note(name, [...path, k], column, plan)
      return { name, column: column ?? absent }
    })
    const axes = [
      ...new Map(columns.flatMap(({ column }) => column.axes).map(axis => [axis.key, axis])).values(),
    ]
    const { classes, classOf } = classesOf(plan, columns)
    const cells = axes.reduce((product, { size }) => product * size, BigInt(classes.length))
    this.#room -= cells
    if (this.#room >= 0n) return accountOf(plan, columns, axes, classes, classOf)
    if (this.#tooMany.length === 0) this.#tooMany.push(tooMany(path, cells, plan, this.#room))
    return undefined
  }

  /** What some streams have and others have not is a group of its own. */
  #note(name: string, path: (string | number)[], column: Column | undefined, plan: StreamPlan): void {
    const key = path.join()
    if (column) this.#unknown.set(key, null)
    else if (!this.#unknown.has(key)) this.#unknown.set(key, unknown(name, path, plan))
  }

  diagnostics(): Diagnostic[] {
    return [...[...this.#unknown.values()].filter(one => one !== null), ...this.#tooMany]
  }
}

const absent: Column = { axes: [], text: () => '-', places: [] }

function unknown(name: string, path: (string | number)[], plan: StreamPlan): Diagnostic {
  const known = dissect(plan.templates[0]!.bytes).layers.flatMap(layer =>
    layer.fields.map(({ key }) => `${layer.name}.${key}`),
  )
  return error(path, {
    code: 'unknown-account',
    message: `\`${name}\` is no field of these packets and no variable`,
    hint: hintFor(name, [...known, 'size', 'label', 'stream']),
  })
}

function tooMany(path: (string | number)[], cells: bigint, { name }: StreamPlan, room: bigint): Diagnostic {
  const before = BigInt(MAX_GROUPS) - room - cells
  const others = before > 0n ? `, beside ${before} of other streams` : ''
  return error(path, {
    code: 'too-many-groups',
    message: `stream ${name} has ${cells} groups${others}, and at most ${MAX_GROUPS} are possible in all`,
    hint: 'account for less: a part of the variable, fewer fields, or fewer values',
  })
}

interface Named {
  name: string
  column: Column
}

/** Templates that no column tells apart are one. */
function classesOf({ templates }: StreamPlan, columns: readonly Named[]) {
  const classes: number[] = []
  const seen = new Map<string, number>()
  const classOf = templates.map((_, t) => {
    const key = columns.map(({ column }) => column.text(t, () => 0n)).join()
    if (!seen.has(key)) {
      seen.set(key, classes.length)
      classes.push(t)
    }
    return seen.get(key)!
  })
  return { classes, classOf }
}

function accountOf(
  plan: StreamPlan,
  columns: readonly Named[],
  axes: readonly Axis[],
  classes: readonly number[],
  classOf: readonly number[],
): Account {
  const weights = weightsOf(axes)
  const perClass = axes.reduce((product, { size }) => product * size, 1n)
  const word = (value: bigint): Uint8Array => {
    const bytes = new Uint8Array(8 + 8 * Math.max(1, axes.length))
    new DataView(bytes.buffer).setBigUint64(0, value)
    return bytes
  }
  const several = classes.length > 1
  const cells = cellsOf(columns, axes, classes, weights)
  const places = columns.map(column => column.column.places)
  const shown = plan.match === null || places.includes(null) ? null : places.flatMap(place => place!)
  const keys = shown ? keysOf(plan, shown, axes, cells) : undefined
  return {
    fields: columns.map(({ name }) => name),
    groups: cells.map(({ name }) => name),
    period: periodOf(plan, axes, several),
    frames: several ? classOf.map(index => word(BigInt(index) * perClass)) : [word(0n)],
    sequence: several ? plan.sequence : [0],
    sizeDraw: several ? plan.sizeDraw : null,
    programs: axes.map((axis, k) => axisProgram(axis, 8 + 8 * k, k, weights[k]!)),
    ...(keys && { keys }),
  }
}

/** The last one changes fastest. */
function weightsOf(axes: readonly Axis[]): bigint[] {
  return axes.map((_, k) => axes.slice(k + 1).reduce((product, { size }) => product * size, 1n))
}

function cellsOf(
  columns: readonly Named[],
  axes: readonly Axis[],
  classes: readonly number[],
  weights: readonly bigint[],
): CellOf[] {
  const count = Number(axes.reduce((product, { size }) => product * size, 1n))
  return classes.flatMap(template =>
    Array.from({ length: count }, (_, cell) => {
      const numbers = new Map(axes.map(({ key, size }, k) => [key, (BigInt(cell) / weights[k]!) % size]))
      const at = ({ key }: Axis) => numbers.get(key)!
      const name = columns.map(({ name, column }) => `${name}=${column.text(template, at)}`).join(',')
      return { name, template, at }
    }),
  )
}

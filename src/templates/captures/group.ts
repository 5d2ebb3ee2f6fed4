import type { Profile, StreamSpec, YamlPath } from '../../profile/model.js'
import { checkSites, sumsOf } from '../checksums.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import { fieldPrograms } from '../fields.js'
import { matchRule } from '../match.js'
import type { FieldProgram, MatchRule, Template, Trace } from '../plan.js'
import { commonRule } from '../rules.js'
import { checkTargets } from '../targets.js'
import { type Draft, draft, type Use } from './draft.js'
import type { CaptureFile } from './record.js'
import { selectPackets } from './select.js'
import { Targets } from './targets.js'
import { traceOf } from './trace.js'

/** Packets of a capture that have what varies at the same places: one member of the stream. */
export interface CapturedGroup {
  /** Their places among all packets that are sent. */
  places: readonly number[]
  /** The signature in them is stream 0's. */
  templates: readonly Template[]
  sequence: readonly number[]
  fields: readonly FieldProgram[]
  signature: number | null
  match: MatchRule | null
}

export interface Captured {
  groups: readonly CapturedGroup[]
  /** Packets in all. */
  packets: number
  trace: Trace | null
  diagnostics: readonly Diagnostic[]
}

/** Why a file could not be opened, or what is in it. */
export type CaptureReader = (file: string) => CaptureFile | { message: string; hint: string }

/** A capture taken apart: equal packets are one template, and those of equal layout are one member of the stream. */
export function takeApart(
  profile: Profile,
  stream: StreamSpec,
  path: YamlPath,
  read: CaptureReader,
): Captured {
  const capture = stream.capture!
  const failed = (diagnostics: readonly Diagnostic[]): Captured => ({
    groups: [],
    packets: 0,
    trace: null,
    diagnostics,
  })
  const file = read(capture.file)
  const here = [...path, 'pcap']
  if ('message' in file)
    return failed([error(here, { code: 'no-capture', message: file.message, hint: file.hint })])
  const { selected, diagnostics } = selectPackets(file, capture, here)
  if (!selected) return failed(diagnostics)
  const traced = capture.speed === undefined ? undefined : traceOf(selected.times, capture, path)
  const drafts = new Drafts({ profile, stream, capture, path })
  for (const [place, frame] of selected.frames.entries()) drafts.add(frame, place, selected.indices[place]!)
  return {
    groups: drafts.groups(),
    packets: selected.frames.length,
    trace: traced?.trace ?? null,
    diagnostics: [...diagnostics, ...(traced?.diagnostics ?? []), ...drafts.diagnostics()],
  }
}

interface Open {
  first: Draft
  places: number[]
  templates: Template[]
  sequence: number[]
  match: MatchRule | null
}

class Drafts {
  readonly #use: Use
  /** By the bytes of the packet: its group, and which of the templates there it is. */
  readonly #known = new Map<string, { group: Open; template: number }>()
  readonly #groups = new Map<string, Open>()
  readonly #found = new Map<string, Diagnostic>()
  readonly #applied = new Set<number>()
  readonly #targets: Targets

  constructor(use: Use) {
    this.#use = use
    this.#targets = new Targets(use.capture.file, [...use.path, 'pcap'])
  }

  add(frame: Uint8Array, place: number, index: number): void {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('latin1')
    const known = this.#known.get(bytes) ?? this.#draft(frame, index)
    this.#known.set(bytes, known)
    known.group.places.push(place)
    known.group.sequence.push(known.template)
  }

  #draft(frame: Uint8Array, index: number): { group: Open; template: number } {
    const made = draft(this.#use, frame)
    const { profile, stream, path } = this.#use
    const targets = checkTargets(made.layout, profile.safety)
    const sites = made.sites.length > 0 ? checkSites(made.layout, path) : []
    for (const one of [...made.diagnostics, ...sites, ...this.#targets.take(targets, index)])
      this.#found.set(`${one.code} ${one.path.join('.')} ${one.message}`, one)
    for (const applied of made.applied) this.#applied.add(applied)
    const counted = stream.rx !== undefined && made.signature === null
    const rule = counted ? matchRule(made.layout, made.template.bytes) : null
    const group = this.#groups.get(made.key)
    if (group) {
      group.match = commonRule(group.match, rule)
      return { group, template: group.templates.push(made.template) - 1 }
    }
    const fresh = { first: made, places: [], templates: [made.template], sequence: [], match: rule }
    this.#groups.set(made.key, fresh)
    return { group: fresh, template: 0 }
  }

  groups(): CapturedGroup[] {
    if (this.diagnostics().some(({ severity }) => severity === 'error')) return []
    const identity = { seed: this.#use.profile.seed, stream: this.#use.stream.name }
    return [...this.#groups.values()].map(({ first, ...rest }) => ({
      ...rest,
      fields: fieldPrograms(first.layout, identity, (field, last) => sumsOf(first.sites, field, last)),
      signature: first.signature,
    }))
  }

  diagnostics(): Diagnostic[] {
    return [...this.#found.values(), ...this.#targets.diagnostics(), ...this.#unused(), ...this.#uncounted()]
  }

  /** Fields that no packet has. */
  #unused(): Diagnostic[] {
    const { capture, path } = this.#use
    return capture.set
      .filter((_, index) => !this.#applied.has(index))
      .map(({ name, path: below }) =>
        warning([...path, 'set', ...below], {
          code: 'unused-set',
          message: `no packet of ${capture.file} has ${name}`,
          hint: 'the second header of its kind is called `ipv4.2`',
        }),
      )
  }

  #uncounted(): Diagnostic[] {
    const { capture, path, stream } = this.#use
    const lost = [...this.#groups.values()].some(
      ({ first, match }) => first.signature === null && (match === null || match.value.length === 0),
    )
    if (stream.rx === undefined || !lost) return []
    return [
      warning([...path, 'pcap'], {
        code: 'not-counted',
        message: `${capture.file}: its packets have no bits in common by which a receiver could know all of them`,
        hint: 'take packets of one kind with `only`, or mark them with `signature: true`',
      }),
    ]
  }
}

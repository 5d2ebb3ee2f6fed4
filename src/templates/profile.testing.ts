import type { LayerSpec, Profile, StreamSpec, ValueSpec } from '../profile/model.js'
import { defaultPacing } from '../units/pacing.js'
import { compile } from './compile.js'
import type { Plan } from './plan.js'

export const literal = (value: bigint): ValueSpec => ({ kind: 'literal', value })

export const layer = (name: string, fields: Readonly<Record<string, ValueSpec>> = {}): LayerSpec => ({
  name,
  fields,
})

export const udpLayers = [layer('ethernet'), layer('ipv4'), layer('udp')]

export const stream = (changes: Partial<StreamSpec> = {}): StreamSpec => ({
  name: 'main',
  frame: { kind: 'fixed', frameBytes: 128 },
  layers: udpLayers,
  rate: { kind: 'line' },
  tx: 'a',
  signature: true,
  ...changes,
})

export const profile = (streams: readonly StreamSpec[], changes: Partial<Profile> = {}): Profile => ({
  version: 1,
  name: 'test',
  seed: 1,
  ports: [],
  streams,
  expect: [],
  pacing: defaultPacing,
  safety: { allow: [], interfaces: [], lab: false },
  ...changes,
})

/** The Plan of streams that must compile. */
export function planFor(...streams: readonly StreamSpec[]): Plan {
  const { plan, diagnostics } = compile(profile(streams))
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return plan
}

import type { Load } from '../profile/model.js'
import type { StreamPlan } from './plan.js'

/** A stream of 64-byte frames (or others of the simple IMIX by `sequence`) without anything that varies. */
export const planned = (id: number, rate: Load, over: Partial<StreamPlan> = {}): StreamPlan => ({
  id,
  name: `s${id}`,
  path: ['streams', id],
  member: null,
  templates: [60, 566, 1514].map(bytes => ({ bytes: new Uint8Array(bytes), checksums: [] })),
  sequence: [0],
  sizeDraw: null,
  fields: [],
  signature: null,
  match: null,
  rate,
  trace: null,
  share: null,
  runLength: 1,
  paceKey: BigInt(id),
  count: null,
  startNs: 0,
  forNs: null,
  after: [],
  tx: 'a',
  rx: null,
  ...over,
})

export const pps = (value: number): Load => ({ kind: 'pps', pps: value })

import { describe, expect, it } from 'vitest'
import { loadProfile } from '../profile/load.js'
import { compile } from '../templates/compile.js'
import type { FieldProgram, Plan } from '../templates/plan.js'
import { encodePlan } from './encode.js'
import type { OpenPort } from './ports.js'
import { makeQueues } from './queues.js'

const text = `version: 1
name: two
ports: { a: loop:lab }
rate: 1Mpps
duration: 1s
streams:
  - name: one
    frame: 64B
    layers: [{ ethernet: {} }, { ipv4: { src: { random: 198.18.0.0/20 }, dst: 198.19.0.1 } }, { udp: { dst: 9 } }]
  - name: other
    frame: 128B
    layers: [{ ethernet: {} }, { ipv4: { src: 198.18.0.1, dst: 198.19.0.2 } }, { udp: { src: { inc: 1-100 }, dst: 9 } }]
`
const plan = compile(loadProfile(text, { file: 'two.yaml' }).profile!).plan!
const portOf = (txQueues: number, rxQueues: number) =>
  ({ name: 'a', handle: 1, txQueues, rxQueues, facts: { linkBps: null } }) as unknown as OpenPort
const queuesOf = (made: Plan, txQueues: number, rxQueues: number) =>
  makeQueues(made, [portOf(txQueues, rxQueues)], { index: 0, of: 1 })

/** The same plan; each look at the values of a program, which nothing but its encoding takes, is counted. */
function watched(): { plan: Plan; looks: () => number } {
  let looks = 0
  const watch = (field: FieldProgram): FieldProgram => ({
    ...field,
    get segments() {
      looks++
      return field.segments
    },
  })
  const streams = plan.streams.map(stream => ({ ...stream, fields: stream.fields.map(watch) }))
  return { plan: { ...plan, streams }, looks: () => looks }
}

describe('the plans of the queues', () => {
  it('are encoded once, however many queues there are', () => {
    const programs = plan.streams.flatMap(({ fields }) => fields).length
    expect(programs).toBe(2)
    for (const [tx, rx] of [
      [1, 1],
      [4, 2],
    ]) {
      const { plan: made, looks } = watched()
      expect(queuesOf(made, tx!, rx!)).toHaveLength(tx! + rx!)
      expect(looks()).toBe(programs)
    }
  })

  it('are what each would be by itself', () => {
    const [first] = queuesOf(plan, 1, 0)
    const [again, receiver] = queuesOf(plan, 1, 1)
    expect(again!.plan).toEqual(first!.plan)
    expect(receiver!.plan).toEqual(encodePlan(plan, { strides: [1, 1], histograms: [0, 1] }))
  })

  it('lie in memory that their threads share', () => {
    for (const { plan: bytes } of queuesOf(plan, 1, 1)) expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  })
})

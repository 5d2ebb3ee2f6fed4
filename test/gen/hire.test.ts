import { expect, it } from 'vitest'
import type * as Team from '../../src/gen/team.js'

// Compiled: threads are started from the file beside it. By its URL, for types are checked before a build.
const { callIn, hire, dismiss } = (await import(
  new URL('../../dist/gen/team.js', import.meta.url).href
)) as typeof Team

it('takes the threads that wait first, and makes the others', async () => {
  callIn(1)
  const hands = hire(2)
  expect(new Set(hands.map(({ worker }) => worker.threadId)).size).toBe(2)
  await dismiss(hands)
})

it('sends home whom a run has no use for', async () => {
  callIn(3)
  const [hand] = hire(1)
  const first = hand!.worker.threadId
  // Whoever is hired next is new: none of the two others waits any more.
  const [next] = hire(1)
  expect(next!.worker.threadId).toBe(first + 3)
  await dismiss([hand!, next!])
})

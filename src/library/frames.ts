import { encodePlan } from '../gen/encode.js'
import { native } from '../gen/native.js'
import type { Plan, StreamPlan } from '../templates/plan.js'

/** Bytes of frames asked of the native core at a time: each call decodes the plan anew, and its answer is one buffer. */
const batchBytes = 1 << 20
const mostFrames = 4096

/** Packets first..first+count-1 of a stream, from the core that sends them; some are rendered in advance. */
export function* framesOf(
  plan: Plan,
  stream: StreamPlan,
  first: bigint,
  count = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  const encoded = encodePlan(plan, { streams: [stream] })
  const longest = Math.max(...stream.templates.map(({ bytes }) => bytes.length))
  // Whoever looks at a few does not wait for thousands.
  let batch = 16
  for (let done = 0; done < count; batch = Math.min(batch * 4, mostFrames, Math.ceil(batchBytes / longest))) {
    const asked = Math.min(batch, count - done)
    const block = native().render(encoded, stream.id, first + BigInt(done), asked)
    const view = new DataView(block.buffer, block.byteOffset, block.length)
    for (let at = 0; at < block.length; at += 2 + view.getUint16(at, true))
      yield block.subarray(at + 2, at + 2 + view.getUint16(at, true))
    done += asked
  }
}

/** The native core as a test sees it: packets as bytes. */
import { encodePlan } from '../gen/encode.js'
import { type Native, native } from '../gen/native.js'
import type { Shard } from '../gen/shard.js'
import type { Plan } from './plan.js'

export function builtCore(): Native | undefined {
  try {
    return native()
  } catch {
    return undefined
  }
}

/** Packets first..first+count-1 of a shard, without the FCS. */
export function renderNative(
  core: Native,
  plan: Plan,
  id: number,
  { first = 0n, count, shard }: { first?: bigint; count: number; shard?: Shard },
): Buffer[] {
  const block = Buffer.from(core.render(encodePlan(plan, shard ? { shard } : {}), id, first, count))
  const frames: Buffer[] = []
  for (let at = 0; at < block.length; at += 2 + block.readUInt16LE(at))
    frames.push(block.subarray(at + 2, at + 2 + block.readUInt16LE(at)))
  return frames
}

/** A stream of the profile as it is sent: one StreamPlan, or the members that it was taken apart into. */
import type { Member, StreamPlan } from './plan.js'

/** In the order of their ids. */
export type Group = readonly [StreamPlan, ...StreamPlan[]]

/** The members of a stream have its name; names are unique otherwise. */
export function groupsOf(streams: readonly StreamPlan[]): Group[] {
  const groups = new Map<string, [StreamPlan, ...StreamPlan[]]>()
  for (const stream of streams) {
    const group = groups.get(stream.name)
    if (group) group.push(stream)
    else groups.set(stream.name, [stream])
  }
  return [...groups.values()]
}

/** How many of the stream's first `count` frames are this member's. */
export function partOf(member: Member | null, count: number): number {
  if (!member) return count
  const { slots, at } = member
  const rest = count % slots
  return Math.floor(count / slots) * at.length + at.filter(slot => slot < rest).length
}

/** Frames of the member in a cycle of the stream: what it weighs in a mean. */
export const weightOf = ({ member }: StreamPlan): number => member?.at.length ?? 1

/** The number in the stream, counted in frames, of the member's packet `index`. */
export function frameNumber(member: Member | null, index: bigint): bigint {
  if (!member) return index
  const [turn, rest] = divide(index, member.at.length)
  return turn * BigInt(member.slots) + BigInt(member.at[rest]!)
}

/** The member's packet that is the stream's frame `frame`, or the next one. */
export function indexFrom(member: Member | null, frame: bigint): bigint {
  if (!member) return frame
  const [turn, rest] = divide(frame, member.slots)
  return turn * BigInt(member.at.length) + BigInt(member.at.filter(slot => slot < rest).length)
}

function divide(value: bigint, by: number): [quotient: bigint, rest: number] {
  return [value / BigInt(by), Number(value % BigInt(by))]
}

/** Whose frame each slot of the stream's cycle is, as positions in the group. */
export function wireOrder(group: Group): number[] {
  if (!group[0].member) return [0]
  const order: number[] = Array.from({ length: group[0].member.slots }, () => 0)
  for (const [position, { member }] of group.entries())
    for (const slot of member?.at ?? []) order[slot] = position
  return order
}

/** For people: `flood`, or of one of its members `flood (hopopts, tcp)`. */
export function titleOf({ name, member }: Pick<StreamPlan, 'name' | 'member'>): string {
  return member && member.labels.length > 0 ? `${name} (${member.labels.join(', ')})` : name
}

/** Can a receiver tell in which of its groups (`account`) a packet is: by its number, or by what the frame shows? */
export const hearsGroups = ({ signature, account }: StreamPlan): boolean =>
  signature !== null || account?.keys !== undefined

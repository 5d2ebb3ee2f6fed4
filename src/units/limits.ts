/** Of a stream with alternatives: so many members may it have, and so long may it be until its order repeats, which is a table. */
export const MAX_MEMBERS = 4096
export const MAX_CYCLE = 65_536

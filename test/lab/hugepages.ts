/** Hugepages of the kernel's default size, which a test reserves for the whole machine and gives back. */
import { readFileSync, writeFileSync } from 'node:fs'

const file = '/proc/sys/vm/nr_hugepages'
/** Enough for the pools of a port of DPDK and its EAL. */
const PAGES = 64

/** A row of /proc/meminfo: `HugePages_Total` counts those, too, that are still in use after they were taken away. */
export const hugepages = (row: 'HugePages_Total' | 'HugePages_Free'): number =>
  Number(new RegExp(`^${row}: *(\\d+)`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0)

export interface Reserved {
  /** As many as there were before; whatever is in use stays so until it is given back. */
  revoke(): void
  /** After that: are none of them in use any more? */
  areBack(): boolean
}

/** Throws where the kernel has no room, or this user no right. */
export function reserveHugepages(): Reserved {
  const before = readFileSync(file, 'utf8').trim()
  const total = hugepages('HugePages_Total')
  const reserved = {
    revoke: () => writeFileSync(file, before),
    areBack: () => hugepages('HugePages_Total') <= total,
  }
  writeFileSync(file, `${Number(before) + PAGES}`)
  const missing = Number(before) + PAGES - Number(readFileSync(file, 'utf8'))
  if (missing === 0) return reserved
  reserved.revoke()
  throw new Error(`there is no room for ${missing} of ${PAGES} hugepages`)
}

/** Why none can be reserved here: for `ctx.skip`. */
export function whyNoHugepages(): string | undefined {
  try {
    reserveHugepages().revoke()
    return undefined
  } catch (error) {
    return `no hugepages can be reserved here: ${(error as Error).message}`
  }
}

/** What a failover costs its flows: of all groups of an account, how long their longest outages were. */
export interface Outages {
  groups: number
  /** Groups that lost a packet; of which nothing came at all; null: not known. */
  lossy: number | null
  silent: number | null
  /** Groups whose last packets are missing: for them the outage has not ended. */
  unrecovered: number | null
  /** Over all groups, of the longest outage of each. */
  p50_ns: number | null
  p99_ns: number | null
  max_ns: number | null
}

interface Counted {
  sent: number | null
  received: { packets: number; duplicates: number } | null
  /** recovered: undefined where only its parts are known. */
  gaps: { outageNs: number; recovered?: boolean } | null
}

/** What is not known of one group is not known of all. */
export function outagesOf(groups: readonly Counted[]): Outages {
  const heard = groups.every(({ received, sent }) => received && sent !== null)
  const known = groups.every(({ gaps }) => gaps !== null)
  const judged = known && groups.every(({ gaps }) => gaps!.recovered !== undefined)
  const count = (is: (group: Counted) => boolean) => groups.filter(is).length
  const sorted = groups.map(({ gaps }) => gaps?.outageNs ?? 0).sort((a, b) => a - b)
  /** The nearest rank. */
  const at = (share: number) =>
    known && sorted.length > 0 ? sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! : null
  return {
    groups: groups.length,
    lossy: heard ? count(({ sent, received }) => received!.packets - received!.duplicates < sent!) : null,
    silent: heard ? count(({ received }) => received!.packets === 0) : null,
    unrecovered: judged ? count(({ gaps }) => !gaps!.recovered) : null,
    p50_ns: at(0.5),
    p99_ns: at(0.99),
    max_ns: at(1),
  }
}

import type { BurstFinding } from '../../find/bursts.js'
import type { Finding, LoadSummary } from '../../find/findings.js'
import type { Goal } from '../../find/goal.js'
import type { Direction, Rates } from '../../find/measured.js'
import type { Environment } from '../../stats/result.js'

export const FIND_SCHEMA = 'nmgen.find/1'

/** How a search ended; all but the first leave bounds that are what was known by then. */
export type Ended =
  | 'complete'
  | 'timeout'
  | 'interrupted'
  | 'terminated'
  /** The device no longer forwards anything, not even a load that it had forwarded before. */
  | 'device-died'
  /** A trial broke: interface gone, worker died. */
  | 'broken'
  /** It could not begin, or could not go on. */
  | 'failed'

export interface HookRun {
  command: string
  exit: number | null
  /** Standard output and error, cut to what a report can hold. */
  output: string
}

/** What a hook and a trial left behind; what it measured in full is in its folder. */
export interface TrialRecord {
  trial: number
  /** throughput, loss, latency, back-to-back. */
  part: string
  load_pps: number
  duration_s: number
  frames?: number
  effective_s: number
  loss_ratio: number
  limited_by_generator: boolean
  directions: readonly Direction[]
  /** From the folder of the search on. */
  folder: string
  hooks: Readonly<{ before?: HookRun; after?: HookRun }>
}

/** RFC 8219 section 7.2: medians over the repetitions, of the typical and of the worst latency. */
export interface LatencyFinding {
  loadPps: number
  repeats: number
  typicalNs: number | null
  worstNs: number | null
}

/** RFC 2544 section 26.5. */
export interface RecoveryFinding {
  overloadPps: number
  /** How many trials ended with a device that lost nothing any more, and how many there were. */
  recovered: number
  repeats: number
  /** On average of those that did, from the drop to half of the overload on. null: none did. */
  averageS: number | null
  /** How exactly. */
  slotS: number
}

/** One combination of the matrix. */
export interface SearchReport {
  /** `streams.udp.frame` and the like, rule counts, directions: what this one differs in. */
  settings: Readonly<Record<string, string>>
  ended: Ended
  error?: { code: string; message: string; hint?: string }
  min_pps: number
  max_pps: number
  /** What the profile reached without the device; null: not measured. */
  reference_pps: number | null
  /** Mean size of the frames that the search varies, FCS included. */
  frame_bytes: number
  link_bps: number | null
  findings: readonly Finding[]
  /** The trials at the lower bound of each goal, by direction. */
  directions: Readonly<Record<string, readonly Direction[]>>
  /** The sum of those; null: there are fewer than two. */
  together: Readonly<Record<string, Rates | null>>
  loads: readonly LoadSummary[]
  bursts: BurstFinding | null
  latency: LatencyFinding | null
  recovery: RecoveryFinding | null
  trials: readonly TrialRecord[]
  seconds: number
}

export type FindVerdict = 'found' | 'irregular' | 'invalid' | 'broken' | 'interrupted'

export interface FindReport {
  schema: typeof FIND_SCHEMA
  verdict: FindVerdict
  started_at: string
  profile: { name: string; file: string; sha256: string; seed: number }
  method: string
  preset: string
  goals: readonly Goal[]
  /** Where the procedure is shorter than its RFC asks for. */
  deviations: readonly string[]
  searches: readonly SearchReport[]
  environment: Environment
}

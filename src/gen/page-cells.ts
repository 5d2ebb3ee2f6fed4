/** The numbers of native/tx/page.h, account.h and timing.h: where what stands on a counter page. page.test.ts compares. */
export const Cell = {
  stop: 0,
  go: 1,
  epochNs: 2,
  streams: 3,
  histograms: 4,
  shared: 5,
  run: 6,
  timings: 7,
  departures: 4,
  state: 8,
  packets: 9,
  bytes: 10,
  bursts: 11,
  ringFull: 12,
  ringFullNs: 13,
  late: 14,
  maxLateNs: 15,
  unsent: 16,
  cycles: 17,
  firstNs: 18,
  lastNs: 19,
  unknown: 20,
  systemNs: 21,
  requests: 22,
  idles: 23,
  stallNs: 24,
  skipped: 25,
  tooLateNs: 26,
  groups: 27,
  groupHistograms: 28,
  rateTakenNs: 29,
  leadNs: 30,
  attended: 31,
  rate: 32,
  rateAtNs: 33,
  headerCells: 40,
} as const

export const TxStreamCell = { packets: 0, bytes: 1, firstNs: 2, lastNs: 3, cells: 4 } as const

export const RxStreamCell = {
  packets: 0,
  bytes: 1,
  latencyCount: 2,
  latencySum: 3,
  latencyNotMin: 4,
  latencyMax: 5,
  duplicates: 6,
  reordered: 7,
  corrupted: 8,
  stale: 9,
  extentMax: 10,
  extentSum: 11,
  gaps: 12,
  longestGap: 13,
  outageNs: 14,
  headNs: 15,
  newestNs: 16,
  expected: 17,
  cells: 24,
} as const

/** A block of native/tx/account.h. */
export const RxGroupCell = {
  packets: 0,
  duplicates: 1,
  reordered: 2,
  stale: 3,
  latencySum: 4,
  latencyNotMin: 5,
  latencyMax: 6,
  ordered: 7,
  gaps: 8,
  longestGap: 9,
  outageNs: 10,
  headNs: 11,
  newestNs: 12,
  expected: 13,
  latencyCount: 14,
  cells: 16,
} as const

/** A block of native/tx/timing.h; its histogram follows. */
export const TimedCell = {
  count: 0,
  sum: 1,
  notMin: 2,
  max: 3,
  gaps: 4,
  bursts: 5,
  errors: 8,
  header: 16,
} as const

/** Within 64, 128, 256, 512, 1,024 ns, and beyond. */
export const ERROR_CLASSES = 6

export const State = { idle: 0n, ready: 1n, running: 2n, done: 3n } as const

/** Buckets of HdrHistogram(1, 60e9, 3). */
export const HISTOGRAM_CELLS = 27 * 1024

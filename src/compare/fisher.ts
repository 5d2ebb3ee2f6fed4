/**
 * Fisher's exact test, one-sided: the probability that of `n` + `m` runs, of which as many have loss as have it now,
 * so many or more of those are among the `m` if it did not matter which is which. Loss is mostly zero, so runs that
 * have any are counted instead of ranking how much.
 */
export function fisher(baseWith: number, n: number, currentWith: number, m: number): number {
  const all = baseWith + currentWith
  let p = 0
  for (let k = currentWith; k <= Math.min(all, m); k++) p += Math.exp(logChoose(m, k) + logChoose(n, all - k))
  return Math.min(1, p / Math.exp(logChoose(n + m, all)))
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity
  let log = 0
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i)
  return log
}

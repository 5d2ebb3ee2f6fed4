import { Exit, type ExitCode } from '../exit.js'
import type { FindReport, FindVerdict, SearchReport } from '../report/search/report.js'
import type { Wanted } from './find-flags.js'

/** The first that applies: what could not be measured says nothing of the device. */
export function verdictOf(searches: readonly SearchReport[]): FindVerdict {
  const ended = (...words: readonly SearchReport['ended'][]) =>
    searches.some(({ ended }) => words.includes(ended))
  const findings = searches.flatMap(({ findings }) => findings)
  if (ended('interrupted', 'terminated') || searches.length === 0) return 'interrupted'
  if (ended('broken', 'device-died', 'failed')) return 'broken'
  if (ended('timeout') || findings.some(({ limitedBy }) => limitedBy === 'generator')) return 'invalid'
  if (findings.some(({ irregular }) => irregular === 'unfinished')) return 'invalid'
  return findings.some(({ irregular }) => irregular !== null) ? 'irregular' : 'found'
}

export function exitOf({ verdict, searches }: Pick<FindReport, 'verdict' | 'searches'>): ExitCode {
  switch (verdict) {
    case 'interrupted':
      return searches.some(({ ended }) => ended === 'terminated') ? Exit.terminated : Exit.interrupted
    case 'broken':
      return searches.every(({ ended }) => ended === 'failed' || ended === 'complete')
        ? Exit.environment
        : Exit.broken
    case 'invalid':
      return Exit.invalid
    case 'irregular': {
      const none = searches.some(({ findings }) => findings.some(({ irregular }) => irregular === 'no-load'))
      return none ? Exit.threshold : Exit.pass
    }
    case 'found':
      return Exit.pass
  }
}

/** What RFC 2544 and RFC 9004 ask for and this search does not do; of other presets nobody expects it. */
export function deviations({ preset, method, goals, pauseS, repeat }: Wanted): string[] {
  if (preset !== 'rfc2544') return []
  const [{ finalS }] = goals as [Wanted['goals'][number]]
  const all = method === 'rfc2544'
  const found = [
    finalS < 60 && `trials of ${finalS} s; RFC 2544 section 24 asks for 60 s`,
    pauseS < 5 && `a pause of ${pauseS} s after a trial; section 23 asks for 5 s`,
    'residual frames are waited for until none came for 0.2 s, and 2 s where none came at all; section 23 asks for 2 s',
    all && repeat !== null && repeat < 20 && `latency from ${repeat} trials; section 26.2 asks for 20`,
    all && repeat !== null && repeat < 50 && `bursts from ${repeat} searches; section 26.4 asks for 50`,
    all && finalS < 60 && `overloads of ${finalS} s; section 26.5 asks for 60 s`,
    all && 'latency of all frames, as RFC 8219 has it; section 26.2 asks for one tagged frame a trial',
  ]
  return found.filter(text => text !== false)
}

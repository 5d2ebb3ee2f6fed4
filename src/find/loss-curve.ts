/** Frame loss rate (RFC 2544 section 26.3): from the highest load downwards, until two loads in a row lose nothing. */
import type { Limits, Search } from './trial.js'

/** A tenth of the highest load: the coarsest that the RFC allows. */
const STEP = 0.1

export function* lossCurve({ maxPps }: Pick<Limits, 'maxPps'>, durationS: number): Search {
  let clean = 0
  for (let share = 1; share > STEP / 2 && clean < 2; share -= STEP) {
    const trial = yield { loadPps: maxPps * share, durationS }
    clean = trial.lossRatio === 0 ? clean + 1 : 0
  }
}

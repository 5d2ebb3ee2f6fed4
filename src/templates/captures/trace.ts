import type { CaptureSpec, YamlPath } from '../../profile/model.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import type { Trace } from '../plan.js'

/** When the packets of a capture are due: as far from the first one as they were, `speed` times as fast. */
export function traceOf(
  times: readonly (bigint | null)[],
  { file, speed = 1 }: CaptureSpec,
  path: YamlPath,
): { trace?: Trace; diagnostics: readonly Diagnostic[] } {
  const refuse = (code: string, message: string, hint: string) => ({
    diagnostics: [error([...path, 'timing'], { code, message: `${file}: ${message}`, hint })],
  })
  const known = times.filter(time => time !== null)
  if (known.length < times.length)
    return refuse('no-times', 'it does not say when its packets came', 'leave `timing` out and give a `rate`')
  const { offsets, backwards } = rising(known)
  const span = offsets.at(-1)!
  if (span === 0) {
    const why = times.length === 1 ? 'one packet has no gap' : 'all its packets came at the same time'
    return refuse('no-gaps', why, 'leave `timing` out and give a `rate`')
  }
  // Behind the last packet, one of the others' mean gaps until the first one comes again.
  const cycleNs = span + Math.max(1, Math.round(span / (offsets.length - 1)))
  const trace = { offsetsNs: offsets.map(offset => offset / speed), cycleNs: cycleNs / speed }
  return { trace, diagnostics: backwards === 0 ? [] : [disorder(file, backwards, path)] }
}

/** Never backwards: what is older than the packet before it goes with it. */
function rising(times: readonly bigint[]): { offsets: number[]; backwards: number } {
  const offsets: number[] = []
  let backwards = 0
  for (const time of times) {
    const offset = Number(time - times[0]!)
    const before = offsets.at(-1) ?? 0
    if (offset < before) backwards++
    offsets.push(Math.max(before, offset))
  }
  return { offsets, backwards }
}

const disorder = (file: string, count: number, path: YamlPath): Diagnostic =>
  warning([...path, 'timing'], {
    code: 'times-run-backwards',
    message: `${file}: ${count === 1 ? '1 packet is' : `${count} packets are`} older than the one before, and sent right behind it`,
    hint: '`reordercap` sorts a capture',
  })

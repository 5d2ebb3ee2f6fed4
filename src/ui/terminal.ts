/** Brings the view to standard error: redrawn in place on a terminal, a line a second elsewhere, or not at all. */
import type { Style } from '../stats/style.js'
import { type LiveState, liveLines, plainLine } from './live.js'

export type Mode = 'live' | 'plain' | 'none'

export interface View {
  readonly mode: Mode
  /** Redraws; called at most ten times a second. */
  redraw(state: LiveState): void
  /** A second has passed. */
  tick(state: LiveState): void
  /** A sentence that stays. */
  say(text: string): void
  /** Leaves the terminal as it was found. */
  close(): void
}

/** Redrawing needs a terminal that can move its cursor; CI systems record every frame. */
export function modeFor(
  stream: { isTTY?: boolean; rows?: number },
  env: NodeJS.ProcessEnv,
  quiet: boolean,
): Mode {
  if (quiet) return 'none'
  // A pseudo-terminal without a size (script, some containers) says 0 rows, and a view of 0 rows shows nothing.
  const screen = stream.isTTY === true && stream.rows !== 0
  return screen && env.TERM !== 'dumb' && !env.CI ? 'live' : 'plain'
}

export interface ViewInput {
  stream: NodeJS.WriteStream
  mode: Mode
  /** Asked anew on every frame: the window may have changed its size. */
  style: () => Style
}

export async function openView({ stream, mode, style }: ViewInput): Promise<View> {
  const say = (text: string) => void stream.write(`${text}\n`)
  if (mode === 'live') return await liveView(stream, style)
  return {
    mode,
    redraw: () => {},
    tick: state => mode === 'plain' && say(plainLine(state)),
    say,
    close: () => {},
  }
}

async function liveView(stream: NodeJS.WriteStream, style: () => Style): Promise<View> {
  const { createLogUpdate } = await import('log-update')
  const update = createLogUpdate(stream)
  return {
    mode: 'live',
    redraw: state => update(liveLines(state, style()).join('\n')),
    tick: () => {},
    say: text => update.persist(text),
    // The summary says all of it again, so the last frame is wiped.
    close: () => {
      update.clear()
      update.done()
    },
  }
}

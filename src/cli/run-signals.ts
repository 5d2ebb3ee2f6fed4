/** Ctrl-C once: stop cleanly and still write the result. Twice: go at once. */
import { Exit } from '../exit.js'
import type { Run } from '../gen/engine-api.js'

type Signal = 'SIGINT' | 'SIGTERM'

export interface Stopper {
  /** Hands over the run once there is one; stops it if that was asked for meanwhile. */
  attach(run: Pick<Run, 'stop'>): void
  /** What is going on, for the view. */
  note(): string | null
  /** The signals mean again what they meant before. */
  release(): void
}

export interface SignalSource {
  on(signal: Signal, handler: () => void): unknown
  off(signal: Signal, handler: () => void): unknown
}

const REASON = { SIGINT: 'interrupted', SIGTERM: 'terminated' } as const
const CODE = { SIGINT: Exit.interrupted, SIGTERM: Exit.terminated } as const

export function stopOnSignals(source: SignalSource, quit: (code: number) => void): Stopper {
  let run: Pick<Run, 'stop'> | undefined
  let asked: Signal | undefined
  const handle = (signal: Signal) => () => {
    if (asked) return quit(CODE[signal])
    asked = signal
    run?.stop(REASON[signal])
  }
  const handlers = { SIGINT: handle('SIGINT'), SIGTERM: handle('SIGTERM') }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) source.on(signal, handlers[signal])
  return {
    attach: started => {
      run = started
      if (asked) run.stop(REASON[asked])
    },
    note: () => (asked ? 'stopping; again to quit at once' : null),
    release: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) source.off(signal, handlers[signal])
    },
  }
}

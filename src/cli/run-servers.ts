/** Who can look on while packets are sent: a monitoring system (`--metrics`), a browser (`--ui`). */
import type { Run } from '../gen/engine-api.js'
import type { Snapshot } from '../gen/snapshot.js'
import { LatencySoFar } from '../stats/buckets.js'
import { runFamilies } from '../stats/families.js'
import { loadHdr } from '../stats/latency.js'
import type { Result } from '../stats/result.js'
import { emptySnapshot } from '../stats/sampler.js'
import type { Plan } from '../templates/plan.js'
import type { Listen } from '../units/listen.js'
import type { Flags } from './run-flags.js'
import type { Watcher } from './run-follow.js'

export interface RunServer extends Watcher {
  /** Where it is. */
  said: string
  attach(run: Pick<Run, 'stop' | 'setRate'>): void
  end?(result: Result): void
  close(): Promise<void>
}

/** All of them, or none. */
export async function openServers({ metrics, ui }: Flags, plan: Plan): Promise<RunServer[]> {
  const opened: RunServer[] = []
  try {
    if (metrics) opened.push(await metricsServer(metrics, plan))
    if (ui) opened.push(await pageServer(ui, plan))
    return opened
  } catch (error) {
    return await closing(opened)(error)
  }
}

export const closing = (servers: readonly RunServer[]) => async (error: unknown) => {
  await Promise.all(servers.map(server => server.close()))
  throw error
}

async function metricsServer(listen: Listen, plan: Plan): Promise<RunServer> {
  const { serveMetrics } = await import('../ui/metrics.js')
  const names = plan.streams.map(({ name }) => name)
  const buckets = new LatencySoFar(await loadHdr(), names)
  let latest: Snapshot = emptySnapshot
  const { origin, close } = await serveMetrics(listen, () => [...runFamilies(plan, latest), buckets.family()])
  return {
    said: `  metrics: ${origin}/metrics`,
    attach: () => {},
    look: now => {
      latest = now
    },
    sample: ({ latency }) => buckets.add(latency),
    close,
  }
}

async function pageServer(listen: Listen, plan: Plan): Promise<RunServer> {
  const [{ openBrowser }, { rateWords }, { Watched }, { endPanels }] = await Promise.all([
    import('../ui/browser.js'),
    import('../ui/live-page.js'),
    import('../ui/watched.js'),
    import('../ui/ended.js'),
  ])
  const { name, durationNs } = plan
  const durationS = durationNs === null ? null : durationNs / 1e9
  const streams = plan.streams.map(stream => stream.name)
  const watched = new Watched(await loadHdr(), { name, durationS, streams })
  let run: Pick<Run, 'stop' | 'setRate'> | undefined
  let asked = false
  let factor = 1
  const isPaced = plan.streams.some(({ rate }) => rate.kind !== 'line')
  const panels = () => ({ ...watched.panels(), ...(isPaced && { asked: rateWords(factor) }) })
  const rate = {
    factor: () => factor,
    set: (wanted: number) => {
      factor = wanted
      run?.setRate(wanted)
      browser.show(panels())
    },
  }
  const browser = await openBrowser(listen, name, {
    stop: () => {
      asked = true
      run?.stop('interrupted')
    },
    rate: isPaced ? rate : null,
  })
  return {
    said: `  page: ${browser.url}`,
    attach: started => {
      run = started
      if (asked) run.stop('interrupted')
      if (factor !== 1) run.setRate(factor)
      browser.show(panels())
    },
    sample: sample => {
      watched.add(sample)
      browser.show(panels())
    },
    end: result => browser.end({ ...panels(), ...endPanels(result) }),
    close: browser.close,
  }
}

/** `--ui`: a page that shows a run while it goes on, and can steer it. Whoever knows the token may look and steer. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Listen } from '../units/listen.js'
import { answer, serve } from './http.js'
import { livePage, RATE_FACTORS } from './live-page.js'

/** What a page can ask of a run. */
export interface Steering {
  stop(): void
  /** null: nothing in the run has a rate. */
  rate: Rate | null
}

export interface Rate {
  /** Of what the profile asks for. */
  factor(): number
  set(factor: number): void
}

export interface Browser {
  /** With the token. */
  url: string
  /** HTML by the place of the page that it is for. */
  show(panels: Readonly<Record<string, string>>): void
  /** The last one: pages stay as they are. */
  end(panels: Readonly<Record<string, string>>): void
  close(): Promise<void>
}

export async function openBrowser(listen: Listen, name: string, run: Steering): Promise<Browser> {
  const token = randomBytes(16).toString('hex')
  const clients = new Set<ServerResponse>()
  let latest = ''
  const watch = (response: ServerResponse) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.flushHeaders()
    response.write(latest)
    clients.add(response)
    response.once('close', () => clients.delete(response))
  }
  const { origin, close } = await serve(listen, ({ method }, response, url) => {
    // The token is in the address: no other page may learn it from this one.
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (!isToken(url.searchParams.get('token'), token))
      return answer(response, 403, 'the address needs its token\n')
    const asked = `${method} ${url.pathname}`
    if (asked === 'GET /')
      return answer(response, 200, livePage(name, run.rate?.factor() ?? null), 'text/html')
    if (asked === 'GET /events') return watch(response)
    if (asked === 'POST /rate' && run.rate) return steer(response, url, run.rate)
    if (asked !== 'POST /stop') return answer(response, 404, 'there is no such page\n')
    run.stop()
    answer(response, 202, 'stopping\n')
  })
  const show = (panels: Readonly<Record<string, string>>) => {
    latest = event('panels', panels)
    for (const client of clients) client.write(latest)
  }
  return {
    url: `${origin}/?token=${token}`,
    show,
    end: panels => {
      latest = event('end', panels)
      for (const client of clients) client.end(latest)
    },
    close: async () => {
      // A page that does not read keeps nobody from ending.
      const read = Promise.all([...clients].map(client => client.writableFinished || once(client, 'close')))
      await Promise.race([read, new Promise(done => setTimeout(done, PATIENCE_MS).unref())])
      await close()
    },
  }
}

function steer(response: ServerResponse, url: URL, rate: Rate): void {
  const factor = Number(url.searchParams.get('factor') ?? Number.NaN)
  const { least, most } = RATE_FACTORS
  const isAllowed = factor >= least && factor <= most // what is no number is in no range
  if (isAllowed) rate.set(factor)
  if (isAllowed) answer(response, 202, `${factor} times what the profile asks for\n`)
  else answer(response, 400, `give a factor between ${least} and ${most}\n`)
}

const PATIENCE_MS = 500

// JSON has no line ends, which would end the event (HTML, section 9.2.6).
const event = (name: string, panels: Readonly<Record<string, string>>): string =>
  `event: ${name}\ndata: ${JSON.stringify(panels)}\n\n`

function isToken(given: string | null, token: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

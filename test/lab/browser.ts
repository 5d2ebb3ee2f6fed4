/** Debian's Chromium, driven over a pipe by its DevTools protocol. Screenshots stay in build/screenshots. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { execa } from 'execa'
import { contrast, type Rgb } from './contrast.js'

export const whyNoBrowser = existsSync('/usr/bin/chromium') ? undefined : 'chromium is not installed'

export interface Page {
  open(url: string): Promise<void>
  /** The value of an expression in the page, which JSON can say. */
  evaluate<T>(expression: string): Promise<T>
  /** Waits until an expression is true. */
  until(expression: string, limitMs?: number): Promise<void>
  /** All of the page, as build/screenshots/NAME.png. */
  screenshot(name: string): Promise<void>
  /** What its console said that is no good news: errors, exceptions, what could not be loaded. */
  complaints: string[]
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--window-size=1000,800',
  '--remote-debugging-pipe',
]

export async function inBrowser<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nmgen-browser-'))
  const process = execa('/usr/bin/chromium', [...FLAGS, `--user-data-dir=${folder}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
  })
  try {
    return await work(
      await newPage(protocol(process.stdio[3] as unknown as Writable, process.stdio[4] as Readable)),
    )
  } finally {
    process.kill()
    await process
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
}

type Told = Record<string, unknown>
type Send = (method: string, params?: Told, sessionId?: string) => Promise<Told>

/** Messages are JSON, each ended by a zero byte. */
function protocol(to: Writable, from: Readable) {
  const waiting = new Map<number, { done: (told: Told) => void; failed: (error: Error) => void }>()
  const events: ((method: string, params: Told) => void)[] = []
  let rest = ''
  let id = 0
  from.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0')
    rest = messages.pop()!
    for (const text of messages) {
      const { id, method, params, result, error } = JSON.parse(text) as {
        id?: number
        method: string
        params: Told
        result: Told
        error?: { message: string }
      }
      if (id === undefined) for (const event of events) event(method, params)
      else if (error) waiting.get(id)!.failed(new Error(error.message))
      else waiting.get(id)!.done(result)
    }
  })
  const send: Send = (method, params = {}, sessionId) =>
    new Promise((done, failed) => {
      waiting.set(++id, { done, failed })
      to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  return { send, events }
}

async function newPage({ send, events }: ReturnType<typeof protocol>): Promise<Page> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const ask: Send = (method, params) => send(method, params, sessionId as string)
  const complaints: string[] = []
  events.push((method, params) => {
    if (method === 'Log.entryAdded' || method === 'Runtime.exceptionThrown')
      complaints.push(JSON.stringify(params))
    if (method === 'Runtime.consoleAPICalled' && params.type !== 'log')
      complaints.push(JSON.stringify(params.args))
  })
  for (const domain of ['Page', 'Runtime', 'Log']) await ask(`${domain}.enable`)
  const evaluate = async <T>(expression: string): Promise<T> => {
    const told = await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    const { result, exceptionDetails } = told as { result: { value: T }; exceptionDetails?: object }
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return result.value
  }
  const until = async (expression: string, limitMs = 30_000) => {
    for (const end = Date.now() + limitMs; !(await evaluate<boolean>(`Boolean(${expression})`)); ) {
      if (Date.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${expression}`)
      await new Promise(done => setTimeout(done, 100))
    }
  }
  return {
    open: async url => {
      await ask('Page.navigate', { url })
      await until('document.readyState === "complete" && location.href !== "about:blank"')
    },
    evaluate,
    until,
    screenshot: async name => {
      const folder = resolve('build/screenshots')
      mkdirSync(folder, { recursive: true })
      const { data } = await ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })
      writeFileSync(join(folder, `${name}.png`), Buffer.from(data as string, 'base64'))
    },
    complaints,
  }
}

/** Of all charts of the page; each also says to those who cannot see it what it shows. */
export const titlesOfCharts = ({ evaluate }: Page): Promise<string[]> =>
  evaluate(
    `[...document.querySelectorAll('svg[role=img][aria-label]')].map(svg => svg.querySelector('title').textContent)`,
  )

/** What has no name for those who cannot see it: charts, tables, controls. */
export const nameless = ({ evaluate }: Page): Promise<string[]> =>
  evaluate(`[...document.querySelectorAll('svg, table, button, input')]
    .filter(one => !one.getAttribute('aria-label') && !one.labels?.length &&
      !one.querySelector(':scope > title, :scope > caption')?.textContent && !(one.tagName === 'BUTTON' && one.textContent))
    .map(one => one.outerHTML.slice(0, 200))`)

/** Texts that are harder to tell from their ground than 4.5 to 1. */
export async function faintTexts({ evaluate }: Page): Promise<string[]> {
  const texts = await evaluate<{ text: string; colour: Rgb; ground: Rgb }[]>(`(() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number)
    const ground = one => {
      for (; one; one = one.parentElement) {
        const [r, g, b, alpha = 1] = channels(getComputedStyle(one).backgroundColor)
        if (alpha > 0) return [r, g, b]
      }
      return [255, 255, 255]
    }
    const isText = one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== '')
    return [...document.querySelectorAll('main *:not(title)')].filter(isText).map(one => {
      const { color, fill } = getComputedStyle(one)
      const colour = channels(one instanceof SVGElement ? fill : color).slice(0, 3)
      return { text: one.textContent, colour, ground: ground(one) }
    })
  })()`)
  if (texts.length === 0) throw new Error('the page has no text')
  return texts.flatMap(({ text, colour, ground }) => (contrast(colour, ground) >= 4.5 ? [] : [text]))
}

/** A small server that lives as long as a run does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Listen } from '../units/listen.js'

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void

export interface Server {
  /** `http://127.0.0.1:9464`, with the port that it got. */
  origin: string
  /** Open connections are cut, too: nobody who watches a run keeps it from ending. */
  close(): Promise<void>
}

/** Before anything is sent: an address that is taken is told at once. */
export function serve({ host, port }: Listen, handler: Handler): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    const url = urlOf(request)
    if (url === null) answer(response, 400, 'this is no address\n')
    else handler(request, response, url)
  })
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return new Promise((resolve, reject) => {
    server.once('error', cause => reject(cannotListen(host, port, cause)))
    server.listen(port, host, () => {
      const { port: got } = server.address() as AddressInfo
      resolve({ origin: `http://${host.includes(':') ? `[${host}]` : host}:${got}`, close })
    })
  })
}

// `GET //` is allowed by HTTP, and no URL: what a client sends never ends a run.
function urlOf({ url = '/' }: IncomingMessage): URL | null {
  try {
    return new URL(url, 'http://nmgen')
  } catch {
    return null
  }
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): NmgenError {
  const message = `cannot listen on ${host}:${port}: ${cause.code ?? cause.message}`
  const hint = 'choose another port, or 0 for any that is free'
  return new NmgenError('cannot-listen', message, Exit.environment, hint, { cause })
}

export function answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'Content-Type': type.includes('charset') ? type : `${type}; charset=utf-8` })
  response.end(text)
}

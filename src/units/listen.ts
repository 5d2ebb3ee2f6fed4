import { type Parsed, parsed, refuse } from './parsed.js'

/** Where a server of ours waits for its clients. */
export interface Listen {
  host: string
  /** 0: any that is free. */
  port: number
}

/** `9464` and `:9464` on this machine alone; `0.0.0.0:9464`, `[::1]:9464`, `lab1:9464`. */
export function parseListen(text: string): Parsed<Listen> {
  const found = /^(?:(\[[0-9a-f:.]+\]|[a-z0-9.-]+)?:)?(\d{1,5})$/i.exec(text)
  if (!found)
    return refuse(
      'bad-value',
      `\`${text}\` is not an address to listen on`,
      'write PORT or HOST:PORT: `9464`',
    )
  const port = Number(found[2])
  if (port > 65_535) return refuse('out-of-range', `there is no port ${port}`, 'ports end at 65535')
  const host = found[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1'
  return parsed({ host, port })
}

/** What a command writes, for tests that call it within their own process. */
import { afterEach, beforeEach, vi } from 'vitest'

/** Taken from the streams before each test of the file, and empty then. */
export interface Output {
  out: string
  err: string
}

export function captureOutput(): Output {
  const output = { out: '', err: '' }
  beforeEach(() => {
    Object.assign(output, { out: '', err: '' })
    take(process.stdout, text => (output.out += text))
    take(process.stderr, text => (output.err += text))
    // yargs prints help with console.log, which vitest has made its own.
    vi.spyOn(console, 'log').mockImplementation(text => {
      output.out += `${text}\n`
    })
  })
  afterEach(() => vi.restoreAllMocks())
  return output
}

function take(stream: NodeJS.WriteStream, keep: (text: string) => void): void {
  vi.spyOn(stream, 'write').mockImplementation(((text: string, done?: () => void) => {
    keep(String(text))
    if (typeof done === 'function') done()
    return true
  }) as typeof stream.write)
}

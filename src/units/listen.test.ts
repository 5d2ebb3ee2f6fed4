import { describe, expect, it } from 'vitest'
import { parseListen } from './listen.js'

describe('an address to listen on', () => {
  it.each([
    ['9464', '127.0.0.1', 9464],
    [':0', '127.0.0.1', 0],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:9464', '::1', 9464],
    ['lab-1.example:9464', 'lab-1.example', 9464],
  ])('%s', (text, host, port) => {
    expect(parseListen(text)).toEqual({ ok: true, value: { host, port } })
  })

  it.each(['', 'x', '1.2.3.4', '70000', '::1', 'a b:80', '-1'])('not %s', text => {
    expect(parseListen(text).ok).toBe(false)
  })
})

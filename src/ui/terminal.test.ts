import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { aPlan, aSnapshot } from '../stats/run.testing.js'
import { emptySnapshot, interval } from '../stats/sampler.js'
import { plainStyle, wantsColour } from '../stats/style.js'
import type { LiveState } from './live.js'
import { type Mode, modeFor, openView } from './terminal.js'

const tty = { isTTY: true }

describe('what the terminal can show', () => {
  it.each([
    [tty, {}, false, 'live'],
    [tty, { TERM: 'dumb' }, false, 'plain'],
    [tty, { CI: 'true' }, false, 'plain'],
    [{ isTTY: true, rows: 0 }, {}, false, 'plain'],
    [{}, {}, false, 'plain'],
    [tty, {}, true, 'none'],
  ])('%o %o quiet=%s: %s', (stream, env, quiet, mode) => {
    expect(modeFor(stream, env, quiet)).toBe(mode)
  })

  it('has colour on a terminal, unless NO_COLOR says otherwise', () => {
    expect(wantsColour(tty, {})).toBe(true)
    expect(wantsColour(tty, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColour({}, {})).toBe(false)
    expect(wantsColour({}, { FORCE_COLOR: '1' })).toBe(true)
    expect(wantsColour(tty, { TERM: 'dumb' })).toBe(false)
  })
})

describe('a view', () => {
  const state: LiveState = {
    name: 'udp-64b',
    durationS: 10,
    interval: interval(aPlan(), emptySnapshot, aSnapshot()),
    history: [],
    note: null,
  }

  async function shown(mode: Mode): Promise<string> {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough
    const view = await openView({ stream, mode, style: () => plainStyle })
    view.redraw(state)
    view.tick(state)
    view.close()
    return String((stream as PassThrough).read() ?? '')
  }

  it('writes no control codes where it cannot redraw', async () => {
    expect(await shown('plain')).toMatch(/^0:02\/0:10 {2}tx [ -~]*\n$/)
  })

  it('redraws in place on a terminal', async () => {
    expect(await shown('live')).toContain('\x1b[')
  })

  it('is silent where asked to', async () => {
    expect(await shown('none')).toBe('')
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compile } from '../templates/compile.js'
import { choiceReference } from './choice-reference.js'
import { loadProfile } from './load.js'

const page = readFileSync(new URL('../../docs/reference/choices.md', import.meta.url), 'utf8')

describe('docs/reference/choices.md', () => {
  it('is fresh (npm run docs)', () => expect(page).toBe(choiceReference()))

  it('shows what runs, as often as it says', () => {
    const [, block] = /^```yaml\n(.*?)^```$/ms.exec(page)!
    const expected = ['streams.flood.linux.loss_ratio == 0']
    const text = JSON.stringify({ version: 1, name: 'x', streams: parse(block!), expect: expected })
    const set = ['streams.flood.choice.linux.weight=5']
    const { profile, diagnostics } = loadProfile(text, { file: 'choices.md', set })
    expect(diagnostics).toEqual([])
    const { plan, diagnostics: found } = compile(profile!)
    expect(found).toEqual([])
    const [first] = plan!.streams
    expect(first!.member!.labels).toEqual(['plain', 'udp'])
    expect([first!.member!.cycle, first!.member!.places.length]).toEqual([300, 153])
  })
})

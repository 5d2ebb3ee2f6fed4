import { describe, expect, it } from 'vitest'
import { renderDiagnostic } from './diagnostics.js'
import { loadProfile } from './load.js'

const text = 'version: 1\nname: x\nsed: 5\nstreams: []\n'

describe('renderDiagnostic', () => {
  it('prints code, place, line, carets and help', () => {
    const [first] = loadProfile(text, { file: 'bad.yaml' }).diagnostics
    expect(renderDiagnostic(first!, { text, color: false })).toBe(
      [
        'error[unknown-key]: `sed` is not a key here',
        ' --> bad.yaml:3:1',
        '  2 | name: x',
        '> 3 | sed: 5',
        '    | ^^^',
        '  = help: did you mean `seed`?',
      ].join('\n'),
    )
  })

  it('shows a --set argument instead of the file', () => {
    const { diagnostics } = loadProfile('version: 1\nname: x\nstreams: []', { file: 'x', set: ['seed=-1'] })
    const last = renderDiagnostic(diagnostics.at(-1)!, { text: '', color: false })
    expect(last).toContain(' --> --set\n> 1 | seed=-1\n    |      ^^')
  })

  it('paints only if asked, and never what the file says', () => {
    const evil = 'version: 1\nname: "\u001b[2J"\nstreams: []\n'
    const [first] = loadProfile(evil, { file: 'x' }).diagnostics
    expect(renderDiagnostic(first!, { text: evil, color: false })).not.toContain('\u001b')
    expect(renderDiagnostic(first!, { text: evil, color: true })).toContain('\u001b[1;31merror')
    expect(renderDiagnostic(first!, { text: evil, color: true })).not.toContain('\u001b[2J')
  })
})

/** Slips of the pen in YAML, for tests that compare two ways to read it. */
import * as fc from 'fast-check'

const puts = [
  '',
  ' ',
  '  ',
  '\n',
  ': ',
  ':',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '#',
  '"',
  "'",
  'x',
  '0',
  '=',
  '\n  ',
  '\n  - ',
]

/** One of `texts` after one or two slips: up to three characters are gone, others stand in their place. */
export const slipped = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(1e6), fc.nat(3), fc.constantFrom(...puts)), { minLength: 1, maxLength: 2 }),
    )
    .map(([text, slips]) =>
      slips.reduce((changed, [where, cut, put]) => {
        const at = where % changed.length
        return changed.slice(0, at) + put + changed.slice(at + cut)
      }, text),
    )

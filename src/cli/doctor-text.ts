import { marks, paint, type Style } from '../report/style.js'
import type { Check } from './doctor-check.js'

/** One line a check, and one on how to mend what is not as it should be. */
export function formatChecks(checks: readonly Check[], style: Style): string {
  const width = Math.max(...checks.map(check => check.name.length))
  const { pass, fail } = marks(style)
  const signs = {
    ok: { sign: pass, hue: 'green' },
    note: { sign: '!', hue: 'yellow' },
    bad: { sign: fail, hue: 'red' },
  } as const
  const signWidth = Math.max(pass.length, fail.length)
  return checks
    .flatMap(({ name, mark, text, fix }) => {
      const { sign, hue } = signs[mark]
      const line = `${paint(style, hue, sign.padEnd(signWidth))} ${name.padEnd(width)}  ${text}`
      return fix
        ? [line, `${' '.repeat(signWidth + width + 3)}${paint(style, 'dim', 'fix:')} ${fix}`]
        : [line]
    })
    .join('\n')
}

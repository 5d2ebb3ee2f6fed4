import { afterEach, expect, it, vi } from 'vitest'
import { parseExpectation } from '../profile/expectation.js'
import { aPlan } from '../stats/run.testing.js'
import { checkMetrics, readExpect } from './expectations.js'

const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
afterEach(() => written.mockClear())
const said = () => written.mock.calls.map(([text]) => String(text)).join('')

it.each([
  ['los_ratio == 0', 1, '^^^^^^^^^'],
  ['lost = 0', 6, '^'],
  ['lost == ', 9, '^'],
  ['lost == many', 9, '^^^^'],
  ['  lost == 0 packets', 11, '^^^^^^^^^'],
  ['== 0', 1, '^^^^'],
  ['streams.udp[size=64].tx_pps > 0', 1, '^'.repeat(27)],
])('says where in `%s` the mistake is', (text, column, carets) => {
  expect(() => readExpect([text])).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }))
  expect(said()).toContain(` --> --expect:1:${column}\n`)
  expect(said()).toContain(`> 1 | ${text}`.trimEnd())
  expect(said().split('\n')).toContain(`    | ${' '.repeat(column - 1)}${carets}`)
})

it('shows all that are wrong', () => {
  expect(() => readExpect(['a == 0', 'lost == 0', 'b == 0'])).toThrow('--expect has 2 errors')
  expect(said().match(/is not a metric/g)).toHaveLength(2)
})

it('shows which metric the run will not have', () => {
  const parsed = parseExpectation('streams.tcp.lost == 0')
  if (!parsed.ok) throw new Error(parsed.message)
  const plan = aPlan({ expect: [{ ...parsed.value, path: [] }] })
  expect(() => checkMetrics(plan)).toThrow(expect.objectContaining({ code: 'unknown-metric', exit: 3 }))
  expect(said()).toContain('> 1 | streams.tcp.lost == 0\n    | ^^^^^^^^^^^^^^^^')
  expect(said()).toContain('did you mean `streams.udp.lost`?')
})

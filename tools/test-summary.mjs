// Sums vitest's results and the native logs into one closing line. Usage: node tools/test-summary.mjs VITEST_EXIT_CODE
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** @typedef {{ name: string, state: 'passed' | 'failed' | 'skipped', reason?: string, again?: string }} Test `again`: why it was run a second time */

const LINE = /^(ok|not ok|skip|# again) ([^:\n]+)(?:: *(.*))?$/gm

/** @returns {Test[]} what the lines `ok NAME`, `not ok NAME: why`, `skip NAME: why` and `# again NAME: why` say */
export function parseNative(kind, text) {
  const states = { ok: 'passed', 'not ok': 'failed', skip: 'skipped' }
  const lines = [...text.matchAll(LINE)].map(([, word, name, reason]) => ({
    word,
    name: name.trim(),
    reason,
  }))
  const again = new Map(lines.filter(line => line.word === '# again').map(line => [line.name, line.reason]))
  return lines
    .filter(line => line.word !== '# again')
    .map(({ word, name, reason }) => ({
      name: `native ${kind}: ${name}`,
      state: states[word],
      reason: reason || undefined,
      ...(again.has(name) && { again: again.get(name) }),
    }))
}

/** A runner that failed without naming a test, and a skip without a reason, are failures too. */
export function judge(tests, vitestExit) {
  const judged = tests.map(test =>
    test.state === 'skipped' && !test.reason
      ? { ...test, state: 'failed', reason: "skipped without a reason: use ctx.skip('why')" }
      : test,
  )
  if (vitestExit !== 0 && !tests.some(test => test.state === 'failed' && !test.name.startsWith('native ')))
    judged.push({
      name: 'vitest',
      state: 'failed',
      reason: `ended with status ${vitestExit} (124: took too long)`,
    })
  return judged
}

export function summarize(tests) {
  const count = state => tests.filter(test => test.state === state).length
  const lines = tests
    .filter(test => test.state !== 'passed')
    .sort((a, b) => b.state.localeCompare(a.state))
    .map(({ state, name, reason }) => `${state}: ${name} — ${reason ?? 'see above'}`)
  const second = tests
    .filter(test => test.state === 'passed' && test.again !== undefined)
    .map(({ name, again }) => `passed the second time: ${name} — ${again}`)
  const totals = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
  return { lines: [...second, ...lines], totals, ok: count('failed') === 0 && count('passed') > 0 }
}

function readVitest() {
  try {
    return JSON.parse(readFileSync('build/vitest.json', 'utf8'))
  } catch {
    return [{ name: 'vitest', state: 'failed', reason: 'wrote no results' }]
  }
}

function readNative() {
  const logs = readdirSync('build').filter(file => /^native-\w+\.log$/.test(file))
  return logs.flatMap(file => parseNative(file.slice(7, -4), readFileSync(`build/${file}`, 'utf8')))
}

if (process.argv[1] === import.meta.filename) {
  const { lines, totals, ok } = summarize(judge([...readNative(), ...readVitest()], Number(process.argv[2])))
  writeFileSync('build/test-summary.txt', `${totals}\n`)
  console.log(['', ...lines, totals].join('\n'))
  process.exitCode = ok ? 0 : 1
}

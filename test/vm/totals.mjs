// Sums what the virtual machines have printed into the closing line that `make test` ends with as well.
import { readdirSync, readFileSync } from 'node:fs'
import { judge, parseNative, summarize } from '../../tools/test-summary.mjs'

const logs = readdirSync('build').filter(file => /^vm-\w+\.log$/.test(file))
const tests = logs.flatMap(file => parseNative(file.slice(3, -4), readFileSync(`build/${file}`, 'utf8')))
const { lines, totals, ok } = summarize(judge(tests, 0))
console.log(['', ...lines, totals].join('\n'))
process.exitCode = ok ? 0 : 1

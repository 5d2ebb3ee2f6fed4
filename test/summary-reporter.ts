import { mkdirSync, writeFileSync } from 'node:fs'
import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'

interface Entry {
  name: string
  state: 'passed' | 'failed' | 'skipped'
  reason?: string
  /** Why it was run a second time. */
  again?: string
}

/**
 * Writes build/vitest.json for tools/test-summary.mjs. Vitest's own JSON does not hold why a test was skipped,
 * and does not count a file that failed before its first test.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const entries = [
      ...modules.flatMap(moduleEntries),
      ...unhandled.map(error => failed('unhandled error', error)),
    ]
    mkdirSync('build', { recursive: true })
    writeFileSync('build/vitest.json', `${JSON.stringify(entries, null, 1)}\n`)
  }
}

function moduleEntries(module: TestModule): Entry[] {
  const file = module.relativeModuleId
  const broken = [module, ...module.children.allSuites()].flatMap(part => setupFailures(file, part))
  // Tests whose set-up failed come as skipped without a note; the failure itself is in the list already.
  const fallback = broken.length > 0 ? 'the set-up of its suite failed' : undefined
  return [...broken, ...[...module.children.allTests()].map(test => testEntry(file, test, fallback))]
}

function setupFailures(file: string, part: TestModule | TestSuite): Entry[] {
  const name = part.type === 'suite' ? `${file} > ${part.fullName}` : file
  return part.errors().map(error => failed(name, error))
}

function testEntry(file: string, test: TestCase, fallback: string | undefined): Entry {
  const name = `${file} > ${test.fullName}`
  const result = test.result()
  const first = result.errors?.[0]?.message.split('\n')[0]
  if (result.state === 'passed') return { name, state: 'passed', ...(first && { again: first }) }
  if (result.state === 'failed') return failed(name, result.errors[0])
  if (result.state === 'pending') return { name, state: 'failed', reason: 'never ended' }
  const note = result.note ?? (test.options.mode === 'todo' ? 'not written yet' : fallback)
  return { name, state: 'skipped', ...(note && { reason: note }) }
}

function failed(name: string, error: { message: string } | undefined): Entry {
  return { name, state: 'failed', reason: error?.message.split('\n')[0] ?? 'see above' }
}

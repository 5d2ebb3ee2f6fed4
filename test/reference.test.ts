import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandNames, helpText } from '../src/cli/help-text.js'

const module = new URL('../tools/reference.mjs', import.meta.url).href
interface Pages {
  helpTexts(names: readonly string[], help: (argv: string[]) => Promise<string>): Promise<{ name: string }[]>
  commandsPage(texts: unknown): string
  manPage(texts: unknown, version: string): string
  exitCodesPage(): string
  metricsPage(root: string): string
  profilePage(): string
}
const pages = (await import(module)) as Pages
const kept = (file: string) => readFileSync(`docs/${file}`, 'utf8')

describe('the reference pages are fresh (npm run docs)', () => {
  it('commands, and the manual page', async () => {
    const names = commandNames()
    expect(names).toContain('run')
    const texts = await pages.helpTexts(['', ...names], helpText)
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(kept('reference/commands.md')).toBe(pages.commandsPage(texts))
    expect(kept('man/nmgen.1')).toBe(pages.manPage(texts, version))
  })

  it('exit codes, metrics, keys of a profile', () => {
    expect(kept('reference/exit-codes.md')).toBe(pages.exitCodesPage())
    expect(kept('reference/metrics.md')).toBe(pages.metricsPage('.'))
    expect(kept('reference/profile.md')).toBe(pages.profilePage())
    expect(pages.metricsPage('.').match(/^\| `\w+` \|/gm)!.length).toBeGreaterThan(40)
  })
})

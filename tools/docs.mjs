// Writes the pages of docs/reference/ that are made from the sources. Usage: npm run docs (after a build)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandNames, helpText } from '../dist/cli/help-text.js'
import { accountReference } from '../dist/profile/account-reference.js'
import { choiceReference } from '../dist/profile/choice-reference.js'
import { fragmentReference } from '../dist/profile/fragment-reference.js'
import { frameReference } from '../dist/profile/frame-reference.js'
import { profileJsonSchemaText } from '../dist/profile/schema-json.js'
import { headerReference } from '../dist/templates/reference.js'
import {
  commandsPage,
  errorsPage,
  exitCodesPage,
  helpTexts,
  manPage,
  metricsPage,
  profilePage,
} from './reference.mjs'

const root = new URL('../', import.meta.url)
mkdirSync(new URL('docs/reference/', root), { recursive: true })
writeFileSync(new URL('docs/reference/headers.md', root), headerReference())
writeFileSync(new URL('docs/reference/frames.md', root), frameReference())
writeFileSync(new URL('docs/reference/account.md', root), accountReference())
writeFileSync(new URL('docs/reference/choices.md', root), choiceReference())
writeFileSync(new URL('docs/reference/fragments.md', root), fragmentReference())
writeFileSync(new URL('profiles/schema.json', root), profileJsonSchemaText())

const folder = fileURLToPath(root)
const texts = await helpTexts(['', ...commandNames()], helpText)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
mkdirSync(new URL('docs/man/', root), { recursive: true })
for (const [file, text] of Object.entries({
  'reference/commands.md': commandsPage(texts),
  'man/nmgen.1': manPage(texts, version),
  'reference/errors.md': errorsPage(folder),
  'reference/exit-codes.md': exitCodesPage(),
  'reference/metrics.md': metricsPage(folder),
  'reference/profile.md': profilePage(),
}))
  writeFileSync(new URL(`docs/${file}`, root), text)

// Writes the pages of docs/reference/ that are made from the sources. Usage: npm run docs (after a build)
import { mkdirSync, writeFileSync } from 'node:fs'
import { accountReference } from '../dist/profile/account-reference.js'
import { choiceReference } from '../dist/profile/choice-reference.js'
import { fragmentReference } from '../dist/profile/fragment-reference.js'
import { frameReference } from '../dist/profile/frame-reference.js'
import { profileJsonSchemaText } from '../dist/profile/schema-json.js'
import { headerReference } from '../dist/templates/reference.js'

const root = new URL('../', import.meta.url)
mkdirSync(new URL('docs/reference/', root), { recursive: true })
writeFileSync(new URL('docs/reference/headers.md', root), headerReference())
writeFileSync(new URL('docs/reference/frames.md', root), frameReference())
writeFileSync(new URL('docs/reference/account.md', root), accountReference())
writeFileSync(new URL('docs/reference/choices.md', root), choiceReference())
writeFileSync(new URL('docs/reference/fragments.md', root), fragmentReference())
writeFileSync(new URL('profiles/schema.json', root), profileJsonSchemaText())

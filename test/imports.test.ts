import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IFlattenedRuleSet & {
  options: ICruiseOptions
}

/** One line a broken rule: `src/a.ts → src/b.ts: why`. */
async function brokenImports(folder: string): Promise<string[]> {
  const options = {
    ...rules.options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: rules.forbidden ?? [] },
  }
  const { output } = await cruise(['src'], options)
  const { violations } = (output as ICruiseResult).summary
  const why = new Map(rules.forbidden?.map(rule => [rule.name, rule.comment]))
  return violations.map(({ from, to, rule }) => `${from} → ${to}: ${why.get(rule.name)}`).sort()
}

/** What an import does not show: the text that must not stand in a file outside `place`. */
const inOnePlace = [
  {
    what: 'writes to the terminal',
    text: /\bprocess\.std(out|err)\b|\bconsole\.\w+\(/,
    place: /^src\/(cli\/|ui\/terminal\.ts)/,
  },
  {
    what: 'loads an addon',
    text: /node-gyp-build|process\.dlopen|\.node['"`]\)/,
    place: /^src\/gen\/native\.ts/,
  },
]

function strayText(folder: string): string[] {
  const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .map(file => `src/${file}`)
    .filter(file => /(?<!\.(test|testing|d))\.ts$/.test(file))
  return files.flatMap(file => {
    const code = readFileSync(join(folder, file), 'utf8').replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '')
    return inOnePlace
      .filter(({ text, place }) => text.test(code) && !place.test(file))
      .map(({ what }) => `${file}: ${what}`)
  })
}

describe('imports go one way', () => {
  it('in src/', async () => {
    expect(await brokenImports(resolve('.'))).toEqual([])
    expect(strayText('.')).toEqual([])
  })
})

describe('the rules themselves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nmgen-imports-'))
  const sources = {
    'src/units/rate.ts': `import { plan } from '../gen/plan.js'\nexport const rate = plan`,
    'src/gen/plan.ts': `import { rate } from '../units/rate.js'\nexport const plan = rate`,
    'src/profile/schema.ts': `import 'yaml'\nimport 'node:fs'\nimport type { Run } from '../gen/engine-api.js'\nexport type X = Run`,
    'src/gen/engine-api.ts': 'export interface Run {}',
    'src/gen/ports.ts': `import type { Port } from '../profile/model.js'\nexport type P = Port`,
    'src/gen/queues.ts': `import { limit } from '../profile/model.js'\nexport const l = limit`,
    'src/profile/model.ts': 'export interface Port {}\nexport const limit = 1',
    'src/report/text.ts': `import 'yaml'\nimport 'yargs/helpers'\nimport 'node:worker_threads'\nconsole.log(1)`,
    'src/stats/sum.ts': `import type { Run } from '../gen/engine-api.js'\n// process.stdout in a comment is no harm\nexport type Y = Run`,
    'src/gen/engine.ts': 'export interface RunOptions {}\nexport const startRun = 1',
    'src/cli/run.ts': `import { startRun } from '../gen/engine.js'\nexport const run = startRun`,
    'src/cli/flags.ts': `import type { RunOptions } from '../gen/engine.js'\nexport type F = RunOptions`,
    'src/cli/main.ts': `import 'yargs'\nimport '../gen/plan.js'\nprocess.stdout.write('')`,
    'src/ui/live.ts': `import './gone.js'\nimport '../stats/sum.js'`,
    'node_modules/yargs/index.js': '',
    'node_modules/yargs/helpers.js': '',
    'node_modules/yaml/index.js': '',
  }

  beforeAll(() => {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('name each violation of a made-up tree, and nothing else', async () => {
    const broken = (await brokenImports(folder)).map(line => /^\S+ → \S+(?=: )/.exec(line)?.[0])
    expect([...new Set(broken)]).toEqual([
      'src/cli/run.ts → src/gen/engine.ts',
      'src/gen/plan.ts → src/units/rate.ts',
      'src/gen/queues.ts → src/profile/model.ts',
      'src/profile/schema.ts → fs',
      'src/profile/schema.ts → src/gen/engine-api.ts',
      'src/report/text.ts → node_modules/yaml/index.js',
      'src/report/text.ts → node_modules/yargs/helpers.js',
      'src/report/text.ts → worker_threads',
      'src/ui/live.ts → ./gone.js',
      'src/units/rate.ts → src/gen/plan.ts',
    ])
    expect(strayText(folder)).toEqual(['src/report/text.ts: writes to the terminal'])
  })
})

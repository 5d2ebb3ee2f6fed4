/** Every command in the pages is run, in its page's order; where this machine cannot, it is at least what nmgen takes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inFolder, nmgen, whyNoBackend } from '../cli/nmgen.js'
import { whyNoLab } from '../lab/netns.js'
import { brokenLinks, commandsOf, KINDS, pages, profilesIn, unfenced } from './pages.js'
import { callsOf, parseOnly } from './parse.js'
import { Stage } from './stage.js'

const noLab = (await whyNoLab()) ?? (await whyNoBackend('afxdp'))
/** It ran, whatever it had to say about a machine that others use too. */
const RAN = [0, 10, 11, 12]
const BAD_PROFILE = 3
const NOT_FOUND = 127

describe('the pages', () => {
  it('show commands in fences only', () => {
    expect(pages.filter(page => unfenced(page).length > 0)).toEqual([])
  })

  it('link to what is there', () => {
    expect(pages.flatMap(brokenLinks)).toEqual([])
  })

  it('show profiles that nmgen takes', () =>
    inFolder(async folder => {
      const files = pages.flatMap(profilesIn).map((text, i) => {
        writeFileSync(join(folder, `${i}.yaml`), text)
        return join(folder, `${i}.yaml`)
      })
      const { code, stderr } = await nmgen(['check', ...files])
      expect([code, files.length > 0], stderr).toEqual([0, true])
    }))

  it('say of what cannot be run here what it needs', () => {
    const kinds = pages.flatMap(commandsOf).map(({ place, kind }) => [place, kind])
    expect(kinds.filter(([, kind]) => kind !== '' && !KINDS.some(known => known === kind))).toEqual([])
  })
})

describe.each(pages.filter(page => commandsOf(page).length > 0))('%s', page => {
  const [marked, runnable] = [true, false].map(is =>
    commandsOf(page).filter(({ kind }) => (kind !== '') === is),
  )
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.create(noLab === undefined)
  })
  afterAll(() => stage.dispose())

  it.for(runnable!)('$place runs: $text', { timeout: 90_000 }, async ({ text, fails }, ctx) => {
    if (noLab && /\beth\d/.test(text)) ctx.skip(noLab)
    const { exitCode, said } = await stage.run(text)
    if (exitCode === NOT_FOUND) ctx.skip(`a program is not installed here (make setup): ${said}`)
    expect(fails ? [BAD_PROFILE] : RAN, said).toContain(exitCode)
  })

  it.for(marked!)('$place is what nmgen and make take: $text', async ({ text }) => {
    for (const { program, args } of await callsOf(text)) {
      if (program === 'nmgen') await parseOnly(args)
      else expect((await execa('make', ['-n', ...args], { reject: false })).stderr).not.toContain('No rule')
    }
  })
})

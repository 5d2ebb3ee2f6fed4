/** The folder of a search: what was asked, a line for each trial, the trials themselves, and in the end the report. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { openFolder } from '../report/files.js'
import { FIND_SCHEMA, type FindReport, type TrialRecord } from '../report/search/report.js'
import { writing } from '../report/writing.js'

/** What a search learnt before its first trial, and must not learn otherwise when it goes on. */
export interface Learnt {
  minPps: number
  maxPps: number
  referencePps: number | null
  /** By port. */
  linkBps: Readonly<Record<string, number | null>>
}

/** A line of `trials.ndjson`; of one that was cut short by a crash nothing is known, so it is made again. */
type Line = { search: number } & ({ learnt: Learnt } | { record: TrialRecord })

export interface Asked {
  file: string
  sha256: string
  argv: Readonly<Record<string, unknown>>
}

const ASKED = 'search.json'
const LINES = 'trials.ndjson'

export class Store {
  private constructor(readonly path: string) {}

  /** `out` null: nothing is to be kept; its trials still need a place until the search is over. */
  static create(name: string, out: string | null | undefined, asked: Asked): Store {
    const at =
      out === null ? { out: mkdtempSync(join(tmpdir(), 'nmgen-find-')) } : out === undefined ? {} : { out }
    const { path } = openFolder({ ...at, parent: 'results', profile: `find-${name}`, now: new Date() })
    const store = new Store(path)
    store.#write(ASKED, { schema: FIND_SCHEMA, ...asked })
    return store
  }

  static open(path: string): Store {
    if (existsSync(join(path, ASKED))) {
      const lines = join(path, LINES)
      // Half a line of one that was killed must not take the next line with it.
      if (existsSync(lines)) writing(lines, () => appendFileSync(lines, '\n'))
      return new Store(path)
    }
    const hint = 'name the folder that `nmgen find` said under results'
    throw new NmgenError('no-search', `${path} is not the folder of a search`, Exit.usage, hint)
  }

  asked(): Asked {
    return JSON.parse(readFileSync(join(this.path, ASKED), 'utf8')) as Asked
  }

  lines(search: number): { learnt: Learnt | null; records: TrialRecord[] } {
    const file = join(this.path, LINES)
    const texts = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    const own = texts.flatMap(parsedLine).filter(line => line.search === search)
    return {
      learnt: own.flatMap(line => ('learnt' in line ? [line.learnt] : [])).at(-1) ?? null,
      records: own.flatMap(line => ('record' in line ? [line.record] : [])),
    }
  }

  append(line: Line): void {
    const file = join(this.path, LINES)
    writing(file, () => appendFileSync(file, `${JSON.stringify(line)}\n`))
  }

  /** A new one for each run, also for those that were cut short before. */
  trialFolder(): string {
    const folder = join(this.path, 'trials')
    writing(folder, () => mkdirSync(folder, { recursive: true }))
    const last = Math.max(
      0,
      ...readdirSync(folder)
        .map(name => Number(name))
        .filter(Number.isFinite),
    )
    return join('trials', String(last + 1).padStart(4, '0'))
  }

  end(report: FindReport, texts: Readonly<Record<string, string>>): void {
    this.#write('find.json', report)
    for (const [file, text] of Object.entries(texts))
      writing(join(this.path, file), () => writeFileSync(join(this.path, file), text))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  /** In one step: half a report is never found. */
  #write(name: string, content: unknown): void {
    const [part, file] = [join(this.path, `.${name}.tmp`), join(this.path, name)]
    writing(file, () => {
      writeFileSync(part, `${JSON.stringify(content, null, 2)}\n`)
      renameSync(part, file)
    })
  }
}

function parsedLine(text: string): Line[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as Line]
  } catch {
    return []
  }
}

import { appendFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Gate } from '../compare/gates.js'
import { ALPHA, FEWEST_RUNS } from '../compare/judge.js'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import { type Comparison, compare, type Options, worst } from '../library/compare.js'
import { type Comparable, readComparable } from '../report/bench.js'
import { comparisonGithub, comparisonSummary } from '../report/comparison/github.js'
import { comparisonJson } from '../report/comparison/json.js'
import { comparisonJunit } from '../report/comparison/junit.js'
import { comparisonMarkdown } from '../report/comparison/markdown.js'
import { COMPARE_SCHEMA, type ComparisonReport, type Sides } from '../report/comparison/report.js'
import { comparisonText } from '../report/comparison/text.js'
import { byProfile, type StoredResult } from '../report/read.js'
import { styleFor } from '../report/style.js'
import { writing } from '../report/writing.js'
import type { Result } from '../stats/result.js'
import { parseCount } from '../units/count.js'
import type { CompareArguments } from './compare.js'
import { readGates } from './compare-gates.js'
import { belowNoise, keepNoise, noiseFor } from './compare-noise.js'
import { Trials } from './compare-trials.js'
import { setOutcome } from './outcome.js'

export async function compareCommand(args: CompareArguments): Promise<void> {
  if (args.aa && !args.run) throw usage('--aa makes runs of its own', 'add --run, and name a profile')
  if (args.aa && args.current !== undefined)
    throw usage('--aa compares one profile with itself', 'name one profile only')
  if (args.current === undefined && !args.aa)
    throw usage('with what is it compared?', 'name a second set of results')
  const gates = readGates(args.gate)
  const compared = args.run ? await runBoth(args, gates) : stored(args, gates)
  const { report } = compared
  await write(compared, args)
  setOutcome(exitOf(report, args['fail-on'].includes('inconclusive')))
}

const optionsOf = (args: CompareArguments, gates: readonly Gate[] | null): Options => ({
  gates,
  strict: args.strict,
  allowOtherEnvironment: args['allow-env-diff'],
  interleaved: args.run,
  keepDisturbed: args['keep-disturbed'],
})

function stored(args: CompareArguments, gates: readonly Gate[] | null): Compared {
  const read = [args.base, args.current!].map(readComparable) as [Comparable, Comparable]
  if (read[0].kind !== read[1].kind) throw mixed(args, read)
  if (read[0].kind === 'bench' && args.html)
    throw usage('--html shows what runs have stored, and the table of a bench has only rates', 'leave it out')
  const [base, current] = read.map(({ stored }) => byProfile(stored)) as [Profiles, Profiles]
  const names = new Set([...base.keys(), ...current.keys()])
  const lonely = [...names].filter(name => !base.has(name) || !current.has(name))
  const both = [...names].filter(name => !lonely.includes(name))
  if (both.length === 0)
    throw new NmgenError(
      'not-comparable',
      `${args.base} and ${args.current} have no profile in common`,
      Exit.invalid,
      `they have ${lonely.join(', ')}; compare runs of one profile`,
    )
  const sides = both.map((name): Sides => ({ base: base.get(name)!, current: current.get(name)! }))
  const profiles = sides.map(runs =>
    compare(resultsOf(runs.base), resultsOf(runs.current), optionsOf(args, gates)),
  )
  const warnings = lonely.map(name => `only ${base.has(name) ? 'base' : 'current'} has runs of ${name}`)
  return { report: reportOf(args, profiles, { mode: 'sequential', warnings, seconds: null }), sides }
}

function mixed({ base, current }: CompareArguments, [first]: readonly [Comparable, Comparable]): NmgenError {
  const [table, runs] = first.kind === 'bench' ? [base, current] : [current, base]
  const message = `${table} is a table of bench/run.mjs, and ${runs} holds runs: their rates were not measured alike`
  return new NmgenError('not-comparable', message, Exit.invalid, 'compare two tables, or two sets of runs')
}

type Profiles = ReturnType<typeof byProfile>

const resultsOf = (runs: readonly StoredResult[]): Result[] => runs.map(({ result }) => result)

/** A comparison, and the runs behind each of its profiles. */
interface Compared {
  report: ComparisonReport
  sides: readonly Sides[]
}

async function runBoth(args: CompareArguments, gates: readonly Gate[] | null): Promise<Compared> {
  const pairs = pairsOf('--pairs', args.pairs)
  const most = args['max-pairs'] === undefined ? pairs : pairsOf('--max-pairs', args['max-pairs'])
  const trials = await Trials.prepare(args)
  // Who looks twice gives chance two opportunities.
  const options = { ...optionsOf(args, gates), alpha: most > pairs ? ALPHA / 2 : ALPHA }
  const judged = () => compare(resultsOf(trials.base), resultsOf(trials.current), options)
  await trials.make(pairs)
  let comparison = judged()
  if (comparison.verdict === 'inconclusive' && most > pairs) {
    await trials.make(most - pairs)
    comparison = judged()
  }
  const warnings = [...trials.warnings, ...(args.aa ? keepNoise(comparison, args.noise) : [])]
  const said = { mode: 'interleaved' as const, warnings, seconds: trials.seconds }
  const [base, current] = trials.names
  return { report: { ...reportOf(args, [comparison], said), base, current }, sides: [trials] }
}

function pairsOf(flag: string, text: string): number {
  const pairs = parseCount(text)
  if (pairs.ok && pairs.value >= FEWEST_RUNS) return Number(pairs.value)
  throw usage(
    `${flag} ${text}: a comparison needs ${FEWEST_RUNS} pairs or more`,
    'ten tell a change of 3 % from noise of 1 %',
  )
}

function reportOf(
  args: CompareArguments,
  compared: readonly Comparison[],
  said: Pick<ComparisonReport, 'mode' | 'warnings' | 'seconds'>,
): ComparisonReport {
  const profiles = args.aa
    ? compared
    : compared.map(one => belowNoise(one, noiseFor(one.profile, args.noise)))
  const { base, current = base } = args
  return { schema: COMPARE_SCHEMA, verdict: worst(profiles), base, current, profiles, ...said }
}

async function write({ report, sides }: Compared, args: CompareArguments): Promise<void> {
  const files = {
    [args['out-json'] ?? '']: () => comparisonJson(report),
    [args.junit ?? '']: () => comparisonJunit(report, { now: new Date(), host: hostname() }),
    [args.markdown ?? '']: () => comparisonMarkdown(report),
  }
  for (const [file, text] of Object.entries(files))
    if (file !== '') writing(file, () => writeFileSync(file, text()))
  if (args.html) {
    const { comparisonHtml } = await import('../report/comparison/html.js')
    const text = await comparisonHtml(report, sides)
    writing(args.html, () => writeFileSync(args.html!, text))
  }
  if (args.github || process.env.GITHUB_ACTIONS === 'true') {
    process.stderr.write(comparisonGithub(report))
    const summary = process.env.GITHUB_STEP_SUMMARY
    if (summary) writing(summary, () => appendFileSync(summary, comparisonSummary(report)))
  }
  process.stdout.write(
    args.json ? comparisonJson(report) : comparisonText(report, styleFor(process.stdout, process.env)),
  )
}

function exitOf({ verdict }: ComparisonReport, strictly: boolean): ExitCode {
  if (verdict === 'invalid') return Exit.invalid
  if (verdict === 'regression') return Exit.threshold
  return verdict === 'inconclusive' && strictly ? Exit.inconclusive : Exit.pass
}

const usage = (message: string, hint: string): NmgenError =>
  new NmgenError('usage', message, Exit.usage, hint)

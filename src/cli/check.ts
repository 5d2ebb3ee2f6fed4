import type { CommandModule } from 'yargs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Examined } from '../library/examine.js'
import type { Diagnostic } from '../profile/diagnostics.js'
import type { Profile } from '../profile/model.js'
import type { ResolvedRow } from '../profile/resolved-row.js'
import type { Explained } from './explain.js'
import { setOutcome } from './outcome.js'
import type { Argv } from './run-flags.js'
import { runOptions } from './run-options.js'

interface CheckArgs extends Argv {
  profiles: string[]
  json: boolean | undefined
  resolved: boolean | undefined
  explain: boolean | undefined
  set: string[] | undefined
}

const examples = `nmgen check PROFILE...

Examples:
$ nmgen check profiles/*.yaml
$ nmgen check profiles/udp-64b.yaml --resolved
$ nmgen check my.yaml --rate 1Mpps --resolved
$ nmgen check my.yaml --set streams.udp.rate=1Mpps --json`

const command: CommandModule<object, CheckArgs> = {
  command: 'check <profiles..>',
  describe: 'Find every mistake in profiles, each with line and column',
  builder: yargs =>
    runOptions(yargs.usage(examples))
      .positional('profiles', { type: 'string', array: true, demandOption: true, describe: 'YAML files' })
      .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
      .option('resolved', {
        type: 'boolean',
        describe: 'Print every value and who gave it, and at which line',
      })
      .option('explain', {
        type: 'boolean',
        describe: 'Print how each stream is sent and why so, and the memory of each queue',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'PATH=VALUE, before checking',
      })
      .epilogue(
        "NMGEN_* variables count as in a run. --resolved names who gave each value: default, the user's configuration\n" +
          '(config), profile, like STREAM, --set, NMGEN_*, a flag; of several, the last one in this order.',
      ),
  handler: async args => {
    const { examineAll } = await import('./profile.js')
    const { printDiagnostics } = await import('./print-diagnostics.js')
    const { withFlags } = await import('./flag-origins.js')
    const { applyOverrides } = await import('./overrides.js')
    const { readFlags } = await import('./run-flags.js')
    const { resolvedRows } = await import('../profile/resolved.js')
    const { formatRows } = await import('../profile/resolved-row.js')
    const flags = readFlags(args, process.env)
    const override = (profile: Profile) => applyOverrides(profile, flags.overrides)
    const reports = args.profiles.map(file =>
      reportOn(file, () => examineAll(file, { set: flags.set, override })),
    )
    if (reports.some(report => !report.ok)) setOutcome(Exit.profile)
    const rowsOf = ({ examined }: Report) =>
      args.resolved && examined?.profile
        ? withFlags(resolvedRows(examined.profile, examined.place), flags)
        : undefined
    const { explain, explainText } = await import('./explain.js')
    const explained = ({ examined }: Report) =>
      args.explain && examined?.plan ? explain(examined.plan) : undefined
    if (args.json) return printJson(reports, rowsOf, explained)
    for (const report of reports) {
      if (report.failure) process.stderr.write(`${failureText(report.failure)}\n`)
      if (report.examined) printDiagnostics(report.examined.diagnostics, report.examined.text)
      if (report.ok) process.stdout.write(`ok ${report.file}${combinationsOf(report)}\n`)
      const told = explained(report)
      if (told) process.stdout.write(explainText(told))
      process.stdout.write(formatRows(rowsOf(report) ?? []))
    }
  },
}

export default command

const combinationsOf = ({ examined }: Report): string =>
  examined && examined.combinations > 1 ? ` (${examined.combinations} combinations)` : ''

interface Report {
  file: string
  ok: boolean
  examined?: Examined
  failure?: NmgenError
}

/** A file that cannot be read does not keep the others from being checked. */
function reportOn(file: string, examine: () => Examined): Report {
  try {
    const examined = examine()
    return { file, ok: examined.plan !== undefined, examined }
  } catch (failure) {
    if (failure instanceof NmgenError) return { file, ok: false, failure }
    throw failure
  }
}

const failureText = ({ code, message, hint }: NmgenError): string =>
  `error[${code}]: ${message}${hint === undefined ? '' : `\n  = help: ${hint}`}\n`

function printJson(
  reports: readonly Report[],
  rowsOf: (report: Report) => ResolvedRow[] | undefined,
  explained: (report: Report) => Explained | undefined,
): void {
  const profiles = reports.map(report => ({
    file: report.file,
    ok: report.ok,
    diagnostics: report.examined?.diagnostics ?? [unread(report)],
    resolved: rowsOf(report),
    ...explained(report),
  }))
  process.stdout.write(`${JSON.stringify({ schema: 'nmgen.check/1', profiles }, null, 2)}\n`)
}

/** A file that could not be read, in the shape of all other diagnostics. */
function unread({ file, failure }: Report): Diagnostic {
  const { code, message, hint } = failure!
  return {
    code,
    severity: 'error',
    message,
    ...(hint !== undefined && { hint }),
    path: [],
    file,
    line: 1,
    column: 1,
    endColumn: 1,
  }
}

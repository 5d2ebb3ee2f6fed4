import type { CommandModule } from 'yargs'
import { Exit } from '../exit.js'
import { marks, paint, type Style, styleFor } from '../report/style.js'
import type { Check, Facts } from './doctor-checks.js'
import { setOutcome } from './outcome.js'

interface DoctorArguments {
  json: boolean
}

const command: CommandModule<object, DoctorArguments> = {
  command: 'doctor',
  describe: 'Say what can run on this machine, and how to get the rest',
  builder: yargs =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'Print one JSON document' }),
  handler: async ({ json }) => {
    const { diagnose, isReady } = await import('./doctor-checks.js')
    const facts = await readFacts()
    const checks = diagnose(facts)
    const ready = isReady(checks)
    const text = json
      ? toJson(facts, checks, ready)
      : formatChecks(checks, styleFor(process.stdout, process.env))
    process.stdout.write(`${text}\n`)
    if (!ready) setOutcome(Exit.environment)
  },
}

export default command

async function readFacts(): Promise<Facts> {
  const { readHost } = await import('../gen/host.js')
  return {
    nodeVersion: process.versions.node,
    backends: await readBackends(),
    dpdkVersion: await readDpdkVersion(),
    host: readHost(),
  }
}

async function readBackends(): Promise<Facts['backends']> {
  const { native } = await import('../gen/native.js')
  try {
    return native().backends()
  } catch (cause) {
    const { message, hint } = cause as { message: string; hint?: string }
    return { error: message, hint: hint ?? 'run `npm rebuild` in the nmgen folder' }
  }
}

/** What binding.gyp asks as well; no pkg-config counts as no DPDK there too. */
async function readDpdkVersion(): Promise<string | null> {
  const { execFile } = await import('node:child_process')
  return new Promise(done => {
    execFile('pkg-config', ['--modversion', 'libdpdk'], (error, stdout) => done(error ? null : stdout.trim()))
  })
}

function toJson(
  { nodeVersion, backends, dpdkVersion, host }: Facts,
  checks: Check[],
  ready: boolean,
): string {
  const facts = { node: nodeVersion, backends: 'error' in backends ? [] : backends, dpdk: dpdkVersion, host }
  return JSON.stringify({ schema: 'nmgen.doctor/1', ready, checks, ...facts }, null, 2)
}

/** One line a check, and one on how to mend what is not as it should be. */
export function formatChecks(checks: readonly Check[], style: Style): string {
  const width = Math.max(...checks.map(check => check.name.length))
  const { pass, fail } = marks(style)
  const signs = {
    ok: { sign: pass, hue: 'green' },
    note: { sign: '!', hue: 'yellow' },
    bad: { sign: fail, hue: 'red' },
  } as const
  const signWidth = Math.max(pass.length, fail.length)
  return checks
    .flatMap(({ name, mark, text, fix }) => {
      const { sign, hue } = signs[mark]
      const line = `${paint(style, hue, sign.padEnd(signWidth))} ${name.padEnd(width)}  ${text}`
      return fix
        ? [line, `${' '.repeat(signWidth + width + 3)}${paint(style, 'dim', 'fix:')} ${fix}`]
        : [line]
    })
    .join('\n')
}

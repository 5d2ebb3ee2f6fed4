/** `nmgen doctor`: reads the machine, diagnoses, prints; with --fix it mends first. */
import { execFile } from 'node:child_process'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { readInterfaces } from '../gen/devices.js'
import { dpdkDrivers } from '../gen/dpdk-drivers.js'
import { readHost } from '../gen/host.js'
import { native } from '../gen/native.js'
import { rehearse } from '../gen/rehearse.js'
import { readSlot } from '../gen/slots.js'
import { interruptsOn, readTuning } from '../gen/tuning.js'
import { styleFor } from '../report/style.js'
import type { Check } from './doctor-check.js'
import { diagnose, type Facts, isReady } from './doctor-checks.js'
import { type Change, changesFor, mend, stateFile, undo } from './doctor-mend.js'
import { formatChecks } from './doctor-text.js'
import { nicCheck, queueCheck } from './doctor-tuning.js'
import { setOutcome } from './outcome.js'
import { readPlan } from './profile.js'

export interface DoctorOptions {
  profile: string | undefined
  json: boolean
  fix: boolean | undefined
  undo: boolean | undefined
}

export async function doctor(options: DoctorOptions): Promise<void> {
  if (options.undo) say('taken back', undo(stateFile(process.env)), ({ from }) => from)
  if (options.fix) {
    const changes = changesFor(readHost())
    say('changing', changes, ({ to }) => to)
    mend(changes, stateFile(process.env))
  }
  const facts = await readFacts()
  const checks = [...diagnose(facts), ...(await nics()), ...profileChecks(options.profile, facts)]
  const ready = isReady(checks)
  const style = styleFor(process.stdout, process.env)
  process.stdout.write(`${options.json ? toJson(facts, checks, ready) : formatChecks(checks, style)}\n`)
  if (!ready) setOutcome(Exit.environment)
}

function say(what: string, changes: readonly Change[], value: (change: Change) => string): void {
  for (const one of changes) process.stderr.write(`${what}: ${value(one)} > /${one.file}\n`)
  if (changes.length === 0) process.stderr.write('nothing to change\n')
}

async function nics(): Promise<Check[]> {
  const real = readInterfaces().filter(({ bus, ethernet }) => bus !== null && ethernet)
  return Promise.all(real.map(async nic => nicCheck(nic, readSlot(nic.bus), await firmwareOf(nic.name))))
}

async function firmwareOf(name: string): Promise<string | null> {
  const said = (await output('ethtool', ['-i', name])) ?? ''
  return /^firmware-version: *(\S.*)$/m.exec(said)?.[1] ?? null
}

/** Only opening a device tells whether it opens. */
function profileChecks(file: string | undefined, { host }: Facts): Check[] {
  if (file === undefined) return []
  const { plan, profile } = readPlan(file)
  try {
    const { uris, cpus } = rehearse(plan)
    const opened: Check = {
      name: 'profile',
      mark: 'ok',
      text: `${profile.name} can run: ${uris.join(', ')} opened`,
    }
    return [opened, queueCheck(cpus, interruptsOn(cpus), host.cpus)]
  } catch (error) {
    if (!(error instanceof NmgenError)) throw error
    const text = `${profile.name} cannot run: ${error.message} [${error.code}]`
    return [{ name: 'profile', mark: 'bad', text, ...(error.hint && { fix: error.hint }) }]
  }
}

async function readFacts(): Promise<Facts> {
  return {
    nodeVersion: process.versions.node,
    backends: readBackends(),
    dpdkVersion: await readDpdkVersion(),
    dpdkDrivers: dpdkDrivers(),
    host: readHost(),
    tuning: readTuning(),
  }
}

function readBackends(): Facts['backends'] {
  try {
    return native().backends()
  } catch (cause) {
    const { message, hint } = cause as { message: string; hint?: string }
    return { error: message, hint: hint ?? 'run `npm rebuild` in the nmgen folder' }
  }
}

/** What binding.gyp asks as well; no pkg-config counts as no DPDK there too. */
const readDpdkVersion = async (): Promise<string | null> =>
  (await output('pkg-config', ['--modversion', 'libdpdk']))?.trim() ?? null

/** null: there is no such program, or it failed. */
const output = (file: string, args: readonly string[]): Promise<string | null> =>
  new Promise(done => execFile(file, args, (error, stdout) => done(error ? null : stdout)))

function toJson(facts: Facts, checks: readonly Check[], ready: boolean): string {
  const { nodeVersion: node, backends, dpdkVersion: dpdk, dpdkDrivers, host, tuning } = facts
  const known = { node, backends: 'error' in backends ? [] : backends, dpdk, dpdkDrivers, host, tuning }
  return JSON.stringify({ schema: 'nmgen.doctor/1', ready, checks, ...known }, null, 2)
}

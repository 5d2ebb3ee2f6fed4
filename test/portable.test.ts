/**
 * The native core as a compiler for 64-bit ARM reads it: types, intrinsics, alignment, warnings. Nothing is run.
 * native/tx/addon needs Node's headers, and knows nothing of the machine.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'

const compiler = 'aarch64-linux-gnu-g++'
/** As binding.gyp has them; what needs a library's headers is left out, for those that are here are of this machine. */
const flags = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Wno-psabi', '-Werror', '-Inative/tx']

const installed = await execa(compiler, ['--version'], { reject: false })
const reason = installed.failed && `there is no ${compiler} (Debian: g++-aarch64-linux-gnu)`

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.cc'))
    .map(name => join(folder, name))

describe('the native core compiles for ARM', () => {
  it.for(['native/tx', 'native/tx/backends'])('%s', { timeout: 600_000 }, async (folder, ctx) => {
    if (reason) ctx.skip(reason)
    const sources = sourcesIn(folder)
    expect(sources.length).toBeGreaterThan(5)
    const { all, exitCode } = await execa(compiler, [...flags, ...sources], { reject: false, all: true })
    expect(all).toBe('')
    expect(exitCode).toBe(0)
  })
})

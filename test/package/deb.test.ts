/** The Debian package: what is in it, and that it runs from there with no compiler and none of this folder's files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { whyNoTool } from '../lab/tools.js'

const reason = await whyNoTool('dpkg-deb', 'dpkg-shlibdeps', 'strip')
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

let folder: string
let file: string
beforeAll(async () => {
  if (reason) return
  folder = mkdtempSync(join(tmpdir(), 'nmgen-test-'))
  file = await build()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const build = async (): Promise<string> => (await execa('tools/deb.sh', [folder])).stdout

describe('the Debian package', { timeout: 60_000 }, () => {
  beforeEach(ctx => {
    if (reason) ctx.skip(reason)
  })

  it('needs Node and the libraries that the addon was linked with', async () => {
    const { stdout: control } = await execa('dpkg-deb', ['-I', file])
    expect(control).toMatch(new RegExp(`^ Version: ${version}$`, 'm'))
    const [, depends = ''] = /^ Depends: (.*)$/m.exec(control) ?? []
    expect(depends.split(', ')).toContainEqual(expect.stringMatching(/^nodejs \(>= 20/))
    const { stdout: linked } = await execa('ldd', ['build/Release/nmgen.node'])
    for (const library of ['libpcap', 'libxdp', 'librte-eal'])
      if (linked.includes(library.replace('-', '_'))) expect(depends).toContain(library)
  })

  it('has everything in its usual place, owned by root', async () => {
    const { stdout } = await execa('dpkg-deb', ['-c', file])
    const entries = stdout.split('\n').map(line => line.trim().split(/\s+/))
    expect(entries.filter(([, owner]) => owner !== 'root/root')).toEqual([])
    const paths = entries.map(columns => columns[5])
    const places = [
      './usr/bin/nmgen',
      './usr/lib/nmgen/build/Release/nmgen.node',
      './usr/share/nmgen/profiles/udp-64b.yaml',
      './usr/share/man/man1/nmgen.1.gz',
      './usr/share/bash-completion/completions/nmgen',
      './usr/share/zsh/vendor-completions/_nmgen',
      './usr/share/fish/vendor_completions.d/nmgen.fish',
      './usr/share/doc/nmgen/copyright',
    ]
    expect(paths).toEqual(expect.arrayContaining(places))
    expect(paths.filter(path => /\/(src|test|results)\/|\.(cc|h|ts)$/.test(path!))).toEqual([])
  })

  it('is the same, byte for byte, of the same sources', async () => {
    const before = readFileSync(file)
    expect(readFileSync(await build()).equals(before)).toBe(true)
  })

  it('runs where it is unpacked, with nothing but Node in the PATH', async () => {
    const [root, bin] = [join(folder, 'root'), join(folder, 'bin')]
    await execa('dpkg-deb', ['-x', file, root])
    mkdirSync(bin)
    symlinkSync(process.execPath, join(bin, 'node'))
    const own = { cwd: folder, env: { PATH: bin, HOME: folder }, extendEnv: false }
    // `#!/usr/bin/env node`: env is looked for nowhere, node in the PATH.
    const nmgen = (...args: string[]) => execa(join(root, 'usr/bin/nmgen'), args, own)
    expect((await nmgen('--version')).stdout).toBe(version)
    const profile = join(root, 'usr/share/nmgen/profiles/udp-64b.yaml')
    const { stdout } = await nmgen('run', profile, '--count', '1000', '--json', '--no-out')
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'pass', metrics: { tx_packets: 1000, lost: 0 } })
  })
})

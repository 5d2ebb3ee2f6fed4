/** What is published: it has what a build needs and nothing else, and installs elsewhere into a command that runs. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../cli/nmgen.js'
import { whyNoTool } from '../lab/tools.js'

const noCompiler = await whyNoTool('g++', 'make', 'python3')
/** The addon is compiled anew there: with a cache for compilers, of its former objects. */
const noCache = await whyNoTool('ccache')

async function pack(folder: string): Promise<string> {
  await execa('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
  const [tarball = ''] = readdirSync(folder).filter(file => file.endsWith('.tgz'))
  return join(folder, tarball)
}

/** Why npm could not get the packages that nmgen needs; undefined: it could. */
async function install(tarball: string, folder: string): Promise<string | undefined> {
  const cached = { CCACHE_BASEDIR: folder, CCACHE_NOHASHDIR: '1', CXX: 'ccache g++', CC: 'ccache gcc' }
  const { stderr, failed } = await execa('npm', ['install', '--prefer-offline', '--no-audit', tarball], {
    cwd: folder,
    reject: false,
    ...(noCache === undefined && { env: cached }),
  })
  if (/ENOTCACHED|EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNREFUSED/.test(stderr))
    return 'npm has no packages in its cache, and no network'
  expect(failed, stderr).toBe(false)
  return undefined
}

describe('the package of npm', () => {
  it('holds what is built from and what runs, and no tests or results', async () => {
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'])
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    expect(paths.filter(path => /(^|\/)(test|results|bench|src)\/|\.test\./.test(path))).toEqual([])
    const needed = ['binding.gyp', 'tools/build-native.mjs', 'native/tx/addon/addon.cc', 'native/tx/page.h']
    const run = ['bin/nmgen.js', 'dist/bundle/main.js', 'dist/bundle/worker.js', 'dist/index.d.ts']
    const read = ['profiles/udp-64b.yaml', 'profiles/schema.json', 'docs/man/nmgen.1', 'README.md', 'LICENSE']
    expect(paths).toEqual(expect.arrayContaining([...needed, ...run, ...read]))
  })

  it('installs in an empty folder, builds there, and runs', { timeout: 600_000 }, async ctx => {
    if (noCompiler) ctx.skip(noCompiler)
    await inFolder(async folder => {
      const tarball = await pack(folder)
      writeFileSync(join(folder, 'package.json'), '{"private": true}')
      const offline = await install(tarball, folder)
      if (offline) ctx.skip(offline)
      const profile = 'node_modules/nmgen/profiles/udp-64b.yaml'
      const args = ['nmgen', 'run', profile, '--count', '1000', '--json', '--out', 'run']
      const { stdout } = await execa('npx', ['--no-install', ...args], { cwd: folder })
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'pass', metrics: { tx_packets: 1000, lost: 0 } })
      const script = "import { compile } from 'nmgen'; console.log(typeof compile)"
      const imported = await execa(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
      expect(imported.stdout).toBe('function')
    })
  })
})

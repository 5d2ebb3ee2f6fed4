import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const tools = new URL('../tools/error-codes.mjs', import.meta.url).href
interface Codes {
  runErrors(root: string): Map<string, unknown>
  profileErrors(root: string): Map<string, string>
}
const { runErrors, profileErrors } = (await import(tools)) as Codes
const codes = [...runErrors('.').keys()]

/** Those that no test on this machine can raise; each says what it would take. */
const elsewhere: Readonly<Record<string, string>> = {
  'afxdp-failed': 'a kernel that refuses a UMEM which it has granted before',
  'afxdp-missing': 'a build without libxdp',
  'xdp-missing': 'a build without libxdp',
  'xdp-failed': 'a kernel that refuses a program which it has taken before',
  'no-live-frames': 'a kernel before 5.18',
  'dpdk-failed': 'a driver of DPDK that fails on a device which it knows',
  'eal-failed': 'a DPDK that does not start',
  'eal-without-pci':
    'a PCI NIC beside a device in software, in a program that opens them one after the other',
  'device-failed': "netmap's module, which stops a port",
  'no-ethernet': 'an interface without Ethernet frames that may be made here',
  'no-former-driver': 'a PCI NIC',
  'native-missing': 'a folder without the addon, which all other tests need',
  'bad-page': 'a bug in nmgen',
  'device-closed': 'a bug in nmgen',
  'not-ready': 'workers that take half a minute to start',
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => `${folder}/${file}`)
const testFiles = ['src', 'test', 'native/tx/test']
  .flatMap(filesIn)
  .filter(file => /(\.test\.ts|_test\.cc|\.sh)$/.test(file) && !file.endsWith('error-codes.test.ts'))

describe('every code that a failure can have', () => {
  it('is known from the sources', () => {
    expect(codes.length).toBeGreaterThan(60)
    expect(profileErrors('.').size).toBeGreaterThan(60)
  })

  it('has a section in docs/reference/errors.md', () => {
    const page = readFileSync('docs/reference/errors.md', 'utf8')
    const all = [...codes, ...profileErrors('.').keys()]
    expect(all.filter(code => !page.includes(`\n### ${code}\n`))).toEqual([])
  })

  it('is raised by a test', () => {
    const text = testFiles.map(file => readFileSync(file, 'utf8')).join('\n')
    const isRaised = (code: string) => new RegExp(`['"/[]${code}(?![\\w-])`).test(text)
    expect(codes.filter(code => !isRaised(code) && !(code in elsewhere))).toEqual([])
    expect(Object.keys(elsewhere).filter(code => !codes.includes(code) || isRaised(code))).toEqual([])
  })
})

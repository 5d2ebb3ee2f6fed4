/** Searches that cannot begin, or go on: each says why, by a code of its own. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder, nmgen } from './nmgen.js'

/** A stream on a wire in memory; `more` are lines of the stream. */
function profile(folder: string, more = 'rate: 1kpps'): string {
  const file = join(folder, 'wire.yaml')
  writeFileSync(
    file,
    `version: 1
name: wire
ports: { a: "loop:find-errors" }
duration: 1s
pacing: { tolerance: 90% }
streams:
  - name: udp
    frame: 64B
    ${more}
    layers: [{ ethernet: { dst: 02:00:00:00:00:02 } }, { ipv4: { src: 198.18.1.2, dst: 198.19.1.2 } }, { udp: { src: 1024, dst: 9 } }]
`,
  )
  return file
}

const quick = ['--preset', 'quick', '--trial', '100ms', '--warm-up', '50ms', '--max', '10kpps']
const find = (folder: string, args: readonly string[]) =>
  nmgen(['find', ...args, '--out', join(folder, 'search'), '--json', '--quiet'])

describe('a search', () => {
  it('needs steady streams', () =>
    inFolder(async folder => {
      const ramp = profile(folder, 'rate: { ramp: { from: 1kpps, to: 2kpps, over: 1s } }')
      const { code, stderr } = await find(folder, [ramp, ...quick])
      expect([code, stderr]).toEqual([3, expect.stringContaining('[cannot-search]')])
      expect(stderr).toMatch(/stream udp changes its rate by itself.*\n {2}help: give it a steady rate/)
    }))

  it('needs somebody who receives', () =>
    inFolder(async folder => {
      const { code, stderr } = await find(folder, [profile(folder), ...quick, '--tx', 'pcap:/dev/null'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('[no-receiver]')])
    }))

  it('goes on in its own folder only', () =>
    inFolder(async folder => {
      const { code, stderr } = await nmgen(['find', '--resume', folder, '--json', '--quiet'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('[no-search]')])
    }))

  it('goes on with the same profile only', () =>
    inFolder(async folder => {
      const file = profile(folder)
      expect((await find(folder, [file, ...quick])).code).toBe(0)
      appendFileSync(file, 'description: another\n')
      const { code, stderr } = await nmgen(['find', '--resume', join(folder, 'search'), '--json', '--quiet'])
      expect([code, stderr]).toEqual([11, expect.stringContaining('[profile-changed]')])
      expect(stderr).toContain('begin a new search')
    }))

  it('needs a path without the device that loses nothing itself', () =>
    inFolder(async folder => {
      // Two wires that nothing joins.
      const apart = ['--reference', 'loop:here', '--reference', 'loop:there']
      const args = [profile(folder), ...quick.slice(0, -2), ...apart]
      const { code, stdout } = await find(folder, args)
      const [search] = JSON.parse(stdout).searches
      expect(search).toMatchObject({ ended: 'failed', error: { code: 'no-reference' } })
      expect([code, search.error.hint]).toEqual([4, 'mend the path between the ports first'])
    }))
})

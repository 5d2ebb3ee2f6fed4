import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { inFolder, runJson } from './nmgen.js'

const layers = (vlan: string) =>
  `[{ ethernet: { dst: 02:00:00:00:00:02 } }, ${vlan}, { ipv4: { dst: 198.19.1.2 } }, { tcp: { dst: 80 } }]`

/** Frames of 64 B have no room for a signature; those of `a` and `b` are told apart by their groups alone. */
const profile = `
version: 1
name: groups
account: vlan.priority
streams:
  - name: syn
    frame: 64B
    count: 3000
    layers: ${layers('{ vlan: { id: 7, priority: { list: [0, 5, 5] } } }')}
  - name: sizes
    frame: { list: [64B, 128B] }
    count: 100
    account: size
    signature: false
    layers: ${layers('{ vlan: { id: 9 } }')}
`

it('groups of frames without a signature are counted where they arrive, by what they show', async () => {
  await inFolder(async folder => {
    const file = join(folder, 'groups.yaml')
    writeFileSync(file, profile)
    const { result } = await runJson([file, '--no-out', '--quiet'])
    const [all, syn, sizes] = result.accounts!
    const groups = {
      'vlan.priority=0': { tx_packets: 1000, rx_packets: 1000, lost: 0, loss_ratio: 0 },
      'vlan.priority=5': { tx_packets: 2000, rx_packets: 2000, lost: 0, loss_ratio: 0 },
    }
    expect([all!.groups, syn!.groups]).toEqual([groups, groups])
    expect(all!.outages).toMatchObject({ groups: 2, lossy: 0, silent: 0, max_ns: null })
    // What is at no place of a frame is said to be unknown, and not to be lost.
    expect(sizes!.groups).toEqual({ 'size=64': { tx_packets: 50 }, 'size=128': { tx_packets: 50 } })
    const said = result.warnings.filter(({ code }) => code === 'groups-not-received')
    expect(said.map(({ message }) => message)).toEqual([expect.stringContaining('groups of sizes')])
  })
})

it('what a device loses of them is lost in its group', async () => {
  await inFolder(async folder => {
    const file = join(folder, 'groups.yaml')
    writeFileSync(file, profile)
    const wire = 'loop:x,capacity=20000,depth=16'
    const { result } = await runJson([file, '--tx', wire, '--rate', '100kpps', '--no-out', '--quiet'])
    const { groups } = result.accounts![1]!
    const lost = Object.values(groups).reduce((sum, group) => sum + group.lost!, 0)
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBe(result.streams.syn!.lost)
  })
})

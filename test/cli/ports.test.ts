import { describe, expect, it } from 'vitest'
import { Lab, whyNoLab } from '../lab/netns.js'
import { nmgen } from './nmgen.js'

const noLab = await whyNoLab()

interface Listed {
  schema: string
  devices: { name: string; default_route: boolean; opens_as: { uri: string; available: boolean }[] }[]
  software: { uri: string; available: boolean }[]
}

const listed = async (): Promise<Listed> => JSON.parse((await nmgen(['ports', '--json'])).stdout) as Listed

describe('nmgen ports', () => {
  it('always has the wire in memory', async () => {
    const { code, stdout, stderr } = await nmgen(['ports'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^ {2}loop:NAME {2,}a wire in memory/m)
    const { schema, software } = await listed()
    expect(schema).toBe('nmgen.ports/1')
    expect(software[0]).toMatchObject({ uri: 'loop:NAME', available: true })
  })

  it('lists an interface with what it is, and what it says can be opened runs', async ctx => {
    if (noLab) ctx.skip(noLab)
    const lab = await Lab.create({ queues: 2 })
    try {
      const device = (await listed()).devices.find(({ name }) => name === lab.link.near)!
      expect(device).toMatchObject({
        kind: 'interface',
        driver: 'veth',
        link: 'up',
        speed_bps: null,
        tx_queues: 2,
        rx_queues: 2,
        mac: lab.link.nearMac,
        default_route: false,
      })
      const ready = device.opens_as.filter(({ available }) => available)
      expect(ready.map(({ uri }) => uri)).toContain(`afpacket:${lab.link.near}`)
      for (const { uri } of ready) {
        const args = ['--tx', uri, '--count', '10', '--set', 'expect=[]', '--no-out', '--quiet']
        expect((await nmgen(['run', 'profiles/udp-64b.yaml', ...args])).code, uri).toBe(0)
      }
    } finally {
      await lab.dispose()
    }
  })

  it('opens nothing on an interface that is down, and says how to mend it', async ctx => {
    if (noLab) ctx.skip(noLab)
    const lab = await Lab.create()
    try {
      await lab.run('ip', 'link', 'set', lab.link.far, 'down')
      const { stdout } = await nmgen(['ports'])
      expect(stdout).toContain(`nobody is at the other end of ${lab.link.near}`)
    } finally {
      await lab.dispose()
    }
  })
})

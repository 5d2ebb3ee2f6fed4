import { describe, expect, it } from 'vitest'
import type { Rate, ValueSpec } from '../profile/model.js'
import { headers } from './headers/index.js'
import { pcapFile } from './pcap.js'
import { layer, planFor, stream } from './profile.testing.js'
import { schedule } from './schedule.js'
import { describeProgram, formatValue } from './values.js'

const fieldOf = (path: string) => {
  const [header, name] = path.split('.')
  return headers[header!]!.fields.find(field => field.name === name)!
}

describe('values for people', () => {
  it.each([
    ['ipv4.src', 0xc6120001n, '198.18.0.1'],
    ['ethernet.dst', 2n, '00:00:00:00:00:02'],
    ['ethernet.type', 0x800n, '0x0800'],
    ['tcp.flags', 0x12n, 'AS'],
    ['tcp.flags', 0n, '-'],
    ['udp.dst', 53n, '53'],
  ])('%s %i is %s', (path, value, text) => {
    expect(formatValue(fieldOf(path), value)).toBe(text)
  })

  it.each<[string, ValueSpec, string]>([
    ['src', { kind: 'random', low: 1024n, high: 65535n, every: 1n }, 'random 1024-65535'],
    ['src', { kind: 'inc', low: 1n, high: 9n, step: 2n, every: 4n }, 'inc 1-9 step 2, each for 4 packets'],
    ['src', { kind: 'dec', low: 1n, high: 9n, step: 1n, every: 1n }, 'dec 1-9'],
    ['checksum', { kind: 'random', low: 0n, high: 255n, every: 1n }, 'random 0x0000-0x00ff'],
    ['src', { kind: 'list', values: [5n, 6n], every: 1n }, 'one after the other of 5, 6'],
  ])('describes udp.%s %o', (name, spec, text) => {
    const layers = [layer('ethernet'), layer('ipv4'), layer('udp', { [name]: spec })]
    const program = planFor(stream({ layers })).streams[0]!.fields[0]!
    expect(describeProgram(program, fieldOf(`udp.${name}`))).toBe(text)
  })
})

describe('the order of sending', () => {
  const turns = (rates: readonly Rate[], count: number) => {
    const streams = rates.map((rate, i) =>
      stream({ name: String(i), rate, frame: { kind: 'fixed', frameBytes: 64 } }),
    )
    const turns = schedule(planFor(...streams).streams, 5n)
    return Array.from({ length: count }, () => {
      const { stream, index, timeNs } = turns.next().value!
      return [stream.id, Number(index), Math.round(timeNs)]
    })
  }

  it('takes turns at line rate', () => {
    const line: Rate = { kind: 'line' }
    expect(turns([line, line], 4)).toEqual([
      [0, 5, 0],
      [1, 5, 67],
      [0, 6, 134],
      [1, 6, 202],
    ])
  })

  it('follows the rates', () => {
    expect(
      turns(
        [
          { kind: 'pps', pps: 1e6 },
          { kind: 'bps', bps: 64 * 8 * 2e6, layer: 2 },
        ],
        5,
      ),
    ).toEqual([
      [1, 5, 0],
      [0, 5, 333],
      [1, 6, 667],
      [1, 7, 1000],
      [0, 6, 1333],
    ])
  })

  it('ends with the count', () => {
    const streams = planFor(stream({ count: 3 })).streams
    expect([...schedule(streams, 1n)].map(({ index }) => index)).toEqual([1n, 2n])
  })
})

describe('pcap', () => {
  it('is the nanosecond format for Ethernet', () => {
    const records = [{ timeNs: 3_000_000_007n, bytes: new Uint8Array([1, 2, 3]) }]
    expect(Buffer.concat([...pcapFile(records)]).toString('hex')).toBe(
      `4d3cb2a102000400${'00'.repeat(8)}000004000100000003000000070000000300000003000000010203`,
    )
  })
})

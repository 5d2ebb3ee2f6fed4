import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { whyNoTool } from '../lab/tools.js'
import { decode } from '../lab/tshark.js'
import { inFolder, nmgen } from './nmgen.js'

const noTshark = await whyNoTool('tshark')
const packets = 20_000

/** What tshark reads in the first packets of a shipped profile. */
const read = <const F extends string>(profile: string, fields: readonly F[]) =>
  inFolder(async folder => {
    const file = join(folder, 'preview.pcap')
    const { code } = await nmgen([
      'preview',
      `profiles/${profile}.yaml`,
      '--count',
      `${packets}`,
      '--pcap',
      file,
    ])
    expect(code).toBe(0)
    return decode(file, [...fields, '_ws.expert.message'], 'lowest')
  })

/** Of our TTL, and of ports drawn by chance. */
const harmless = /^("Time To Live" only \d+|Possible traceroute: .*| attempt #\d+)$/

const complaints = (rows: readonly { '_ws.expert.message': string }[]): string[] => [
  ...new Set(
    rows
      .flatMap(row => row['_ws.expert.message'].split(','))
      .filter(text => text !== '' && !harmless.test(text)),
  ),
]

describe('tshark', () => {
  it('reads every datagram of dns-mix as DNS, of every length of name', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    const rows = await read('dns-mix', [
      'ip.flags.mf',
      'dns.flags.response',
      'dns.qry.name.len',
      'dns.count.answers',
      'dns.opt',
    ])
    expect(rows).toHaveLength(packets)
    // A first fragment is understood with its last one.
    const whole = rows.filter(row => row['ip.flags.mf'] !== '1' && row['ip.flags.mf'] !== 'True')
    expect(whole.filter(row => row['dns.flags.response'] === '')).toEqual([])
    const responses = whole.filter(row => /^(1|True)$/.test(row['dns.flags.response']))
    expect(new Set(responses.map(row => row['dns.count.answers']))).toEqual(new Set(['30']))
    expect(responses.length * 2 + whole.length - responses.length).toBe(packets)
    const lengths = whole.map(row => Number(row['dns.qry.name.len']))
    for (let label = 8; label <= 24; label++) expect(lengths).toContain(label + '.bench.test'.length)
    expect(complaints(rows)).toEqual([])
  })

  it('reads every packet of quic-initial as QUIC that it has no keys for', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    const rows = await read('quic-initial', [
      'udp.length',
      'quic.header_form',
      'quic.version',
      'quic.dcil',
      'quic.token_length',
      'quic.length',
    ])
    expect(rows).toHaveLength(packets)
    const long = rows.filter(row => /^(1|True)$/.test(row['quic.header_form']))
    const short = rows.filter(row => /^(0|False)$/.test(row['quic.header_form']))
    expect([long.length, short.length]).toEqual([6400, 13_600])
    const versions = new Set(['0x00000001', '0x6b3343cf', '0x1a2a3a4a', '0xcafaba8a'])
    expect(new Set(long.map(row => row['quic.version']))).toEqual(versions)
    expect(new Set(long.map(row => row['udp.length']))).toEqual(new Set(['1208', '608']))
    expect(new Set(long.map(row => row['quic.token_length']))).toEqual(new Set(['0', '16', '64']))
    expect(new Set(long.map(row => row['quic.dcil'])).size).toBe(13)
    // What is random cannot be decrypted, and a packet in the middle of a connection shows nothing of it.
    const unknown = /^(Decryption failed: .*|Unknown QUIC connection\. .*)$/
    expect(complaints(rows).filter(text => !unknown.test(text))).toEqual([])
  })
})

import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { compile } from '../templates/compile.js'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { formatRows } from './resolved-row.js'
import { profileJsonSchema } from './schema-json.js'
import { profileDocument } from './write.js'

const text = `version: 1
name: x
streams:
  - name: flood
    frame: 200B
    layers:
      - ethernet: {}
      - ipv6: {}
      - choice:
          - { weight: 4, name: plain, layers: [] }
          - { layers: [hop_by_hop: {}, choice: [{ name: deep, layers: [dest_options: {}] }, { layers: [] }]] }
      - choice:
          - { weight: 2, name: udp, layers: [udp: {}] }
          - name: tcp
            frame: 300B
            signature: false
            layers:
              - tcp:
                  options:
                    choice:
                      - { weight: 3, name: linux, use: [mss: 1460, sackok, { choice: [use: [nop], { use: [] }] }] }
                      - { name: bare, use: [] }
`

const load = (given = text, set: readonly string[] = []) => loadProfile(given, { file: 'x', set })
const membersOf = (given = text, set: readonly string[] = []) => {
  const { profile, diagnostics } = load(given, set)
  expect(diagnostics).toEqual([])
  const { plan, diagnostics: found } = compile(profile!)
  expect(found.filter(({ code }) => !/no-room|alike/.test(code))).toEqual([])
  return plan!.streams
}

/** `code line:column message (hint)`. */
const found = (given: string, set: readonly string[] = []) => {
  const loaded = load(given, set)
  const compiled = loaded.profile ? compile(loaded.profile).diagnostics : []
  const placed = compiled.map(one => ({ ...one, ...loaded.locate(one.path) }))
  return [...loaded.diagnostics, ...placed]
    .filter(({ severity }) => severity === 'error')
    .map(({ code, line, column, message, hint }) => `${code} ${line}:${column} ${message} (${hint ?? ''})`)
}

describe('choice', () => {
  it('multiplies to a member for each way through, as often as the weights say', () => {
    const members = membersOf()
    expect(members).toHaveLength(3 * 4)
    const places = members.flatMap(({ member }) => member!.places)
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 240 }, (_, i) => i))
    // 4/5, 1/10 and 1/10, times 2/3, 1/8, 1/8 and 1/12.
    const labels = ['plain', '1-2', 'deep', '2-2', 'udp', 'tcp', 'linux', 'bare', '5-1', '5-2']
    const of = (label: string) =>
      members.flatMap(({ member }) => (member!.labels.includes(label) ? member!.places : [])).length
    expect(labels.map(of)).toEqual([192, 48, 24, 24, 160, 80, 60, 20, 30, 30])
    expect(members[1]!.member!.labels).toEqual(['plain', 'tcp', 'linux', '5-1'])
  })

  it('overrules frame and signature of the stream, from the inside out', () => {
    const sizes = new Map(
      membersOf().map(({ member, templates, signature }) => [
        member!.labels.join(' '),
        [templates[0]!.bytes.length + 4, signature !== null],
      ]),
    )
    expect(sizes.get('1-2 deep udp')).toEqual([200, true])
    expect(sizes.get('1-2 deep tcp linux 5-2')).toEqual([300, false])
  })

  it('draws each alternative by itself, through all members that have it', () => {
    const [src, dst] = [{ list: [1, 2, 3] }, { inc: '1-9' }]
    const layers = (tcp: object) => [
      { ethernet: {} },
      { choice: [{ layers: [] }, { layers: [{ vlan: {} }] }] },
      { ipv4: {} },
      { choice: [{ layers: [{ udp: { src, dst } }] }, { layers: [{ tcp }] }] },
    ]
    const streams = [{ name: 'a', frame: '128B', layers: layers({ src, dst: '=src' }) }]
    const members = membersOf(stringify({ version: 1, name: 'x', streams }))
    const numbers = members.map(({ fields }) =>
      fields.map(({ numbers }) => [numbers!.cycle, numbers!.places]),
    )
    expect(members.map(({ member }) => member!.places)).toEqual([[0], [1], [2], [3]])
    expect(numbers).toEqual([
      [
        [2, [0]],
        [2, [0]],
      ],
      [
        [2, [0]],
        [2, [0]],
      ],
      [
        [2, [1]],
        [2, [1]],
      ],
      [
        [2, [1]],
        [2, [1]],
      ],
    ])
    // The second field of tcp follows the first, and so does its draw.
    expect(members[1]!.fields[0]!.draw).toBe(members[1]!.fields[1]!.draw)
  })

  it('keys what is drawn by the name of the alternative, not by its weight or place in the list', () => {
    const drawn = (choice: object[]) => {
      const streams = [{ name: 'a', frame: '128B', layers: [{ ethernet: {} }, { ipv4: {} }, { choice }] }]
      const plans = membersOf(stringify({ version: 1, name: 'x', streams }))
      return Object.fromEntries(plans.map(({ member, fields }) => [member!.labels[0], fields[0]!.key]))
    }
    const one = (name: string, weight = 1) => ({
      name,
      weight,
      layers: [{ udp: { src: { random: 'any' } } }],
    })
    const keys = drawn([one('a'), one('b')])
    expect(drawn([one('c', 7), one('b', 2), one('a')])).toMatchObject(keys)
    expect(keys.a).not.toBe(keys.b)
  })

  it('of one way is the stream itself', () => {
    const [only, ...more] = membersOf(
      text.replace(/ {6}- choice[\s\S]*/, '      - choice: [{ layers: [udp: {}] }]\n'),
    )
    expect([only!.member, more]).toEqual([null, []])
  })

  it('is written back, valid for an editor, and shown with its origins', () => {
    const { profile, origin } = load()
    const again = load(stringify(profileDocument(profile!)))
    expect(again.diagnostics).toEqual([])
    expect(again.profile).toEqual(profile)
    const validate = new Ajv({ strict: false }).compile(profileJsonSchema())
    for (const document of [parse(text), profileDocument(profile!)])
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    const rows = formatRows(resolvedRows(profile!, origin))
    expect(rows).toMatch(/^streams\.flood\.layers\.ipv6\.next_header +computed +computed$/m)
    expect(rows).toMatch(/^streams\.flood\.layers\.2\.choice\.1\.layers\.choice\.deep\.weight +1 +default$/m)
    expect(rows).toMatch(/^streams\.flood\.layers\.3\.choice\.tcp\.frame +300B +profile$/m)
    expect(rows).toMatch(/tcp\.options +\{ choice: \[ \{ weight: 3, name: linux, use: \[ .*profile$/m)
  })

  it.each([
    ['streams.flood.choice.linux.weight=9', 'tcp.options'],
    ['streams.flood.layers.3.choice.tcp.layers.tcp.dst=99', 'tcp.dst'],
    ['streams.flood.choice.tcp.layers.tcp.dst=99', 'tcp.dst'],
    ['streams.flood.choice.deep.weight=3', 'deep.weight'],
  ])('is changed by --set %s', (setting, path) => {
    const { profile, diagnostics, origin } = load(text, [setting])
    expect(diagnostics).toEqual([])
    const changed = resolvedRows(profile!, origin).filter(one => one.origin === '--set')
    expect(changed.map(one => one.path)).toContainEqual(expect.stringMatching(new RegExp(`${path}$`)))
  })

  it('is taken over by a stream that is like another, and changed there', () => {
    const like = `${text}  - { name: other, like: flood, set: { choice.plain.weight: 9, choice.tcp.frame: 400B } }\n`
    const members = membersOf(like)
    const whole = (name: string) => members.filter(one => one.name === name)
    expect(whole('flood')[0]!.member!.cycle).toBe(240)
    const plain = whole('other').filter(({ member }) => member!.labels.includes('plain'))
    const count = plain.flatMap(({ member }) => member!.places).length
    expect(count / whole('other')[0]!.member!.cycle).toBe(0.9)
    expect(new Set(whole('other').map(({ templates }) => templates[0]!.bytes.length + 4))).toEqual(
      new Set([200, 400]),
    )
  })

  it.each([
    ['weight: 4', 'weight: 0', 'out-of-range 10:23 a weight is a whole number from 1 to 65536'],
    ['name: udp', 'name: tcp', 'duplicate-name 14:19 two alternatives have the same name'],
    ['name: bare', 'name: linux', 'duplicate-name 22:33 two alternatives have the same name'],
    [
      'hop_by_hop',
      'hop_by_hob',
      'unknown-key 11:24 `hop_by_hob` is not a header (did you mean `hop_by_hop`?)',
    ],
    ['weight: 2', 'wieght: 2', 'unknown-key 13:15 `wieght` is not a key here (did you mean `weight`?)'],
    ['sackok', 'sackk', 'unknown-key 21:68 `sackk` is not an item of this list (did you mean `sackok`?)'],
    ['use: [] }\n', 'usr: [] }\n', 'unknown-key 22:39 `usr` is not a key here (did you mean `use`?)'],
    ['layers: [udp: {}]', 'layers: [udp: {src: 70000}]', 'out-of-range 13:57 '],
    ['layers: [udp: {}]', 'layers: [arp: {}]', 'layer-order 13:51 arp cannot stand on ipv6'],
    [
      'frame: 300B',
      'frame: 80B',
      'frame-too-short 15:20 a frame of 80 bytes is too short: ethernet 14 + ipv6 40 + hop_by_hop 8 + dest_options 8 + tcp 28',
    ],
    [
      'frame: 200B',
      'frame: 64B',
      'frame-too-short 5:12 a frame of 64 bytes is too short: ethernet 14 + ipv6 40 + hop_by_hop 8 + dest_options 8 + udp 8',
    ],
    ['weight: 4,', 'weight: 65521,', 'too-many-choices 10:11 the weights multiply to an order of '],
  ])('says once, and where: %s as %s', (from, to, expected) => {
    expect(found(text.replace(from, to))).toEqual([expect.stringContaining(expected)])
  })

  it('says that alternatives are too many, before it makes them', () => {
    const layers = Array.from({ length: 40 }, () => ({
      choice: Array.from({ length: 10 }, () => ({ layers: [] })),
    }))
    const streams = [{ name: 'a', frame: '64B', layers: [{ ethernet: {} }, ...layers] }]
    expect(found(stringify({ version: 1, name: 'x', streams }))).toEqual([
      expect.stringMatching(
        /^too-many-choices .* multiply to more than a billion kinds of frames, and at most 4096/,
      ),
    ])
  })

  it('says which alternatives there are, where a result or a path names another', () => {
    expect(found(`${text}expect: [streams.flood.linx.lost == 0]\n`)).toEqual([
      expect.stringContaining('stream flood has no alternative `linx` (did you mean `linux`?)'),
    ])
    expect(found(text, ['streams.flood.choice.dep.weight=1'])).toEqual([
      expect.stringContaining('no alternative of this stream is called `dep` (did you mean `deep`?)'),
    ])
    expect(found(`${text}expect: [streams.flood.2-2.lost == 0]\n`)).toEqual([])
  })
})

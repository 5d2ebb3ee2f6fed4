/** Profiles of many streams that differ in an address, as a script writes them. */
const address = (network, i) => `${network}.${i >> 8}.${i & 255}`
const head = 'version: 1\nname: many\nports: { a: loop:lab }\nrate: 1Mpps\nstreams:\n'

const whole = i => `  - name: s${i}
    frame: 64B
    layers:
      - ethernet: { src: 02:00:00:00:00:01, dst: 02:00:00:00:00:02 }
      - ipv4: { src: { inc: 198.18.0.0/20 }, dst: ${address('198.19', i)} }
      - udp: { src: { random: 1024-65535 }, dst: 9 }
`
const alike = i =>
  i === 0 ? whole(i) : `  - { name: s${i}, like: s0, set: { ipv4.dst: ${address('198.19', i)} } }\n`

/** The text of a stream by its number. */
export const kinds = { 'written out': whole, 'like the first': alike }

export const manyStreams = (stream, count) =>
  head + Array.from({ length: count }, (_, i) => stream(i)).join('')

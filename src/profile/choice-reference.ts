import { MAX_CYCLE, MAX_MEMBERS } from '../units/limits.js'

const number = (value: number): string => value.toLocaleString('en-US')

const example = `\`\`\`yaml
- name: flood
  frame: 160B
  layers:
    - ethernet: {}
    - ipv6: { src: { random: "2001:2:0:1::/64" }, dst: "2001:2::9" }
    - choice:
        - { weight: 85, name: plain, layers: [] }
        - { weight: 15, name: hopopts, layers: [hop_by_hop: { options: [router_alert: 0] }] }
    - choice:
        - { weight: 6, name: udp, layers: [udp: { src: { random: any } }] }
        - weight: 4
          name: tcp
          frame: 200B
          layers:
            - tcp:
                src: { random: any }
                options:
                  choice:
                    - { weight: 5, name: linux, use: [mss: 1460, sackok, nop, wscale: 7] }
                    - { name: bare, use: [] }
\`\`\``

/** docs/reference/choices.md. */
export function choiceReference(): string {
  return `${[
    '# Alternatives',
    'Made by `npm run docs` from `src/profile/`; do not edit.',
    '`choice` stands where a layer may stand, or in the list of a header (`options`, `segments`, ...) for some of its items or ' +
      'all of them, and lists alternatives:',
    example,
    [
      '| key of an alternative | |',
      '|---|---|',
      '| `weight` | how often, compared with the others: a whole number, 1 if it is left out |',
      '| `name` | under which its results are kept |',
      '| `layers` | headers that stand here, or none; they may hold a `choice` again |',
      '| `use` | the same in the list of a header: items |',
      '| `frame`, `signature` | instead of what the stream says; the innermost alternative decides, and of two that stand one after the other the later one. Not beside `use` |',
    ].join('\n'),
    '## How often',
    'Alternatives come in an exact repeating order, spread as evenly as can be, and several choices multiply: of the stream above ' +
      'exactly 0.85 x 0.6 of all packets have no extension header and UDP, and the order repeats after 300 packets. Bits per ' +
      `second are exact over this order, too. A stream may have ${number(MAX_MEMBERS)} ways through its alternatives, and an order of ` +
      `${number(MAX_CYCLE)} packets: 40 and 60 make a shorter one than 397 and 603. Texts of several lengths (values.md) multiply with alternatives and count in both.`,
    '## What varies',
    'Whatever stands outside of all alternatives, and every variable, goes on from packet to packet of the stream, whichever ' +
      'alternatives they have. What stands inside goes on from packet to packet with this alternative, so that `inc`, `list` ' +
      'and `permute` leave no value out; two alternatives draw independently of each other. The draws of an alternative depend ' +
      'on its name (or number), so weights can be changed, and others added at the end, without changing its values. `=field` refers to ' +
      'fields of the packet at hand: a field that some way through does not have is an error.',
    '## Results',
    '`streams.flood` is the whole stream. Each alternative has results of its own, `streams.flood.linux.loss_ratio`, over all packets that ' +
      'have it; alternatives of the same name in different choices are added up. Without a name they are numbered: ' +
      '`streams.flood.2-1` is the first alternative of the second choice, counted in the order of the profile. What was ' +
      'received of an alternative is known only by signatures: without room for one, or with `signature: false`, only the stream as a ' +
      'whole is judged.',
    '## Paths',
    '`--set streams.flood.choice.linux.weight=9` finds the alternative by its name, wherever in the stream it stands, and so does ' +
      '`set: {choice.linux.weight: 9}` of a stream that is `like` another. In full it is ' +
      '`streams.flood.layers.3.choice.tcp.layers.tcp.options.choice.linux.weight`; `nmgen check --resolved` prints such paths.',
    '`nmgen preview --packet N` shows packet N of the stream and which alternatives it has.',
  ].join('\n\n')}\n`
}

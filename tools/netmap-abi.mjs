/**
 * Makes native/tx/test/netmap_abi_test.cc from native/tx/test/netmap-abi.facts: static assertions that what the netmap
 * backend believes of sizes, offsets and numbers is what was measured. `node tools/netmap-abi.mjs` after a change.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../native/tx/test/', import.meta.url)

const head = `// Made by tools/netmap-abi.mjs from netmap-abi.facts: change that, not this.

#include "../backends/netmap_abi.h"
#include "test.h"

namespace nmgen::netmap {
`
const tail = `
}  // namespace nmgen::netmap

TEST(netmap_abi_is_what_was_measured) {}  // or this file would not have compiled
`

const assert = condition => `static_assert(${condition});`

/** The assertions that one line of facts asks for, and the struct that the fields below it belong to. */
function assertions(line, struct) {
  const [first, second, third, fourth] = line.trim().split(/\s+/)
  switch (first) {
    case 'struct':
      return {
        struct: second,
        lines: ['', assert(`sizeof(${second}) == ${third} && alignof(${second}) == ${fourth}`)],
      }
    case 'number':
      return { struct, lines: [assert(`${second} == ${third}`)] }
    case 'ioctl':
      return {
        struct,
        lines: [
          '#ifdef __linux__',
          assert(`${second} == ${third}`),
          '#else',
          assert(`${second} == ${fourth}`),
          '#endif',
        ],
      }
    default: {
      const place = `offsetof(${struct}, ${third}) == ${first}`
      return { struct, lines: [assert(`${place} && sizeof(${struct}::${third}) == ${second}`)] }
    }
  }
}

export function netmapAbiTest(facts) {
  let struct = ''
  const lines = []
  for (const line of facts.split('\n').filter(text => text.trim() && !text.startsWith('#'))) {
    const more = assertions(line, struct)
    struct = more.struct
    lines.push(...more.lines)
  }
  return head + lines.join('\n') + tail
}

export const made = () => netmapAbiTest(readFileSync(new URL('netmap-abi.facts', folder), 'utf8'))

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('netmap_abi_test.cc', folder), made())

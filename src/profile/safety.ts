import * as z from 'zod'
import { parseAddressRange } from '../units/address.js'
import { parsed } from '../units/parsed.js'
import { checked, parseScalar } from './problem.js'

const prefix = checked<string>(
  { type: 'string', examples: ['203.0.113.0/24', '2001:db8::/32'] },
  (input, report) => parseScalar(input, parsePrefix, report, []),
)

function parsePrefix(text: string) {
  const withLength = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`
  const range = parseAddressRange(text.includes(':') ? 'ipv6' : 'ipv4', withLength)
  return range.ok ? parsed(withLength) : range
}

export const safety = z
  .strictObject({
    allow: z.array(prefix).default([]).meta({
      description: 'Destinations that may be sent to beyond the benchmark, private and documentation ranges.',
    }),
    interfaces: z.array(z.string()).default([]).meta({
      description: 'Interfaces that carry the default route, or lead to it, and may be used all the same.',
    }),
    lab: z.boolean().default(false).meta({
      description:
        'The network is an isolated lab: sources that are not ours and floods of broadcasts may be sent.',
    }),
  })
  .meta({ description: 'Exceptions from the rules that keep a generator out of production networks.' })

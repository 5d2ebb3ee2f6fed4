import { addressBits, formatAddress, parseAddress } from '../units/address.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import type { IpAddress, PortAddress } from './model.js'
import { checked, parseScalar } from './problem.js'

/** One, or a list of them: most ports have one of each family at most. */
const oneOrMore = <T>(description: string, examples: string[], parse: (text: string) => Parsed<T>) => {
  const one = { type: 'string', examples }
  return checked<readonly T[]>(
    { description, anyOf: [one, { type: 'array', items: one, minItems: 1 }] },
    (input, report) => {
      if (!Array.isArray(input)) {
        const alone = parseScalar(input, parse, report, [])
        return alone === undefined ? undefined : [alone]
      }
      const all = input.map((item, i) => parseScalar(item, parse, report, [i]))
      return all.every(item => item !== undefined) ? all : undefined
    },
  )
}

export const portAddress = oneOrMore<PortAddress>(
  'Address of the port itself, with the length of its network: it asks for neighbours in this name, and answers ARP, neighbour solicitations and pings for it.',
  ['198.18.0.2/24', '2001:2::2/64'],
  parsePortAddress,
)

export const portGateway = oneOrMore<IpAddress>(
  'The neighbour to which `dst: resolve` sends what lies outside of the network of `address`.',
  ['198.18.0.1', '2001:2::1'],
  parseIp,
)

export const portMac = checked<bigint>(
  { type: 'string', description: "MAC address to speak with (default: the device's own)." },
  (input, report) => parseScalar(input, text => parseAddress('mac', text), report, []),
)

function parseIp(text: string): Parsed<IpAddress> {
  const kind = text.includes(':') ? 'ipv6' : 'ipv4'
  const address = parseAddress(kind, text)
  return address.ok ? parsed({ kind, address: address.value }) : address
}

/** As `ip address` writes it; without a length, the port is alone in its network. */
function parsePortAddress(text: string): Parsed<PortAddress> {
  const [, ip = '', digits] = /^(.*?)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  const address = parseIp(ip)
  if (!address.ok) return address
  const bits = addressBits[address.value.kind]
  const length = Number(digits ?? bits)
  if (length <= bits) return parsed({ ...address.value, length })
  return refuse('out-of-range', `a network of /${length} is longer than its address`, `/0 to /${bits}`)
}

export const formatIp = ({ kind, address }: IpAddress): string => formatAddress(kind, address)

export const formatPortAddress = (one: PortAddress): string => `${formatIp(one)}/${one.length}`

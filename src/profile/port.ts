import * as z from 'zod'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { knownKeys } from './one-key.js'
import { portAddress, portGateway, portMac } from './port-address.js'
import { checked, isMap, parseScalar } from './problem.js'

/** Names of ports and streams: they become keys of results and steps of `--set` paths. */
export const nameSchema = (what: string) =>
  checked<string>(
    { type: 'string', pattern: '^[A-Za-z0-9_-]+$', description: `Name of the ${what}.` },
    (input, report) => parseScalar(input, text => parseName(text, what), report, []),
  )

export function parseName(text: string, what: string): Parsed<string> {
  if (/^[A-Za-z0-9_-]+$/.test(text)) return parsed(text)
  const message = text === '' ? `the name of the ${what} is empty` : `\`${text}\` is not a name of a ${what}`
  return refuse('bad-value', message, 'letters, digits, `-` and `_`')
}

const uriPattern = '^[a-z][a-z0-9_-]*:.+$'
const uriExamples = [
  'loop:lab',
  'dpdk:0000:03:00.0',
  'dpdk:net_null0,size=60',
  'netmap:eth3',
  'afxdp:eth3',
  'xdp:eth3',
  'afpacket:eth3',
  'pcap:out.pcap',
]

const uri = checked<string>(
  {
    type: 'string',
    pattern: uriPattern,
    examples: uriExamples,
    description: 'backend:device[,key=value...]',
  },
  (input, report) => parseScalar(input, parseUri, report, []),
)

function parseUri(text: string): Parsed<string> {
  if (new RegExp(uriPattern).test(text)) return parsed(text)
  return refuse(
    'bad-value',
    `\`${text}\` is not a port`,
    'write `backend:device`, such as `loop:lab` or `dpdk:0000:03:00.0`',
  )
}

const maxQueues = 64
const queuesJson = {
  description: 'Queues, one worker thread each (default 1): a number for both directions, or {tx, rx}.',
  anyOf: [
    { type: 'integer', minimum: 1, maximum: maxQueues },
    {
      type: 'object',
      properties: { tx: { type: 'integer' }, rx: { type: 'integer' } },
      additionalProperties: false,
    },
  ],
}

const queues = checked<{ tx: number; rx: number }>(queuesJson, (input, report) => {
  if (!isMap(input)) {
    const both = parseScalar(input, parseQueues, report, [])
    return both === undefined ? undefined : { tx: both, rx: both }
  }
  if (!knownKeys(input, ['tx', 'rx'], report, [])) return undefined
  const tx = parseScalar(input.tx ?? 1, parseQueues, report, ['tx'])
  const rx = parseScalar(input.rx ?? 1, parseQueues, report, ['rx'])
  return tx === undefined || rx === undefined ? undefined : { tx, rx }
})

function parseQueues(text: string): Parsed<number> {
  const value = parseInteger(text, 53)
  if (!value.ok) return value
  if (value.value >= 1n && value.value <= BigInt(maxQueues)) return parsed(Number(value.value))
  return refuse('out-of-range', `${text} queues cannot be opened`, `1 to ${maxQueues}`)
}

/** Numbers are tolerated: `args: [-l, 1]` means the texts. */
const argument = checked<string>({ type: ['string', 'number'] }, (input, report) =>
  parseScalar(input, text => parsed(text), report, []),
)

const long = z.strictObject({
  uri,
  queues: queues.optional(),
  args: z
    .array(argument)
    .optional()
    .meta({ description: "Further arguments of the backend's environment (DPDK: EAL)." }),
  address: portAddress.optional(),
  gateway: portGateway.optional(),
  mac: portMac.optional(),
})

const longJson = () => {
  const { $schema: _, ...schema } = z.toJSONSchema(long, { io: 'input', target: 'draft-7' })
  return schema
}

/** A URI, or a map where more has to be said. */
export const port = z
  .unknown()
  .meta({ anyOf: [{ type: 'string', pattern: uriPattern, examples: uriExamples }, longJson()] })
  .transform(input => (isMap(input) ? input : { uri: input }))
  .pipe(long)

/** The rows of the table: what is sent, where, and as what it is counted. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const profiles = fileURLToPath(new URL('../profiles/', import.meta.url))
const profile = name => readFileSync(`${profiles}${name}.yaml`, 'utf8')

const NULL = 'dpdk:net_null0,size=60'
const LOOP = 'loop:bench'
const fields = { two: profile('two-fields'), four: profile('four-fields') }

/**
 * `name` is the row's in bounds.json; `text` the profile; `streams`: so many like its only one, in turn; `receive` stands
 * for the receiver's loop on its own.
 */
export const ROWS = [
  { name: 'constant', device: NULL, text: profile('constant') },
  { name: 'two random fields', device: NULL, text: fields.two },
  { name: 'two random fields, loop', device: LOOP, text: fields.two },
  { name: 'four random fields', device: NULL, text: fields.four },
  { name: 'permutation of 1M 5-tuples', device: NULL, text: profile('permutation') },
  { name: 'IMIX, two random fields', device: NULL, text: profile('imix') },
  { name: '10 streams', device: NULL, text: fields.two, streams: 10 },
  { name: '100 streams', device: NULL, text: fields.two, streams: 100 },
  { name: '1,000 streams', device: NULL, text: fields.two, streams: 1000 },
  { name: '10,000 streams', device: NULL, text: fields.two, streams: 10_000 },
  { name: 'with a signature, loop', device: LOOP, text: profile('signed') },
  { name: '1,000 streams with signatures, loop', device: LOOP, text: profile('signed'), streams: 1000 },
  { name: 'two short counters, loop', device: LOOP, text: profile('repeating') },
  { name: 'receive', device: 'receive', text: profile('signed') },
  { name: 'receive, 10 streams', device: 'receive', text: profile('signed'), streams: 10 },
  { name: 'receive, 1,000 streams', device: 'receive', text: profile('signed'), streams: 1000 },
  { name: 'receive, 10,000 streams', device: 'receive', text: profile('signed'), streams: 10_000 },
  { name: 'receive by rule among signed', device: 'receive', text: profile('by-rule') },
]

/** What DPDK leaves to be reached: limits.c. */
export const LIMITS = [
  { name: 'limit: untouched buffers', mode: 'untouched' },
  { name: 'limit: template, two fields, checksums', mode: 'rewritten' },
]

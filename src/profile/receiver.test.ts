import { expect, it } from 'vitest'
import { receiverDocument, receiverOf } from './receiver.js'

const ports = [
  { name: 'wire', uri: 'loop:x' },
  { name: 'nic', uri: 'dpdk:0000:03:00.0' },
]

it.each([
  ['a loop is its own other end', undefined, 'wire', 'wire'],
  ['a loop ends in the air where nobody is to listen', 'none', 'wire', undefined],
  ['another port has no other end', undefined, 'nic', undefined],
  ['nobody was to listen there anyway', 'none', 'nic', undefined],
  ['a port is named', 'wire', 'nic', 'wire'],
])('%s', (_, wanted, tx, receiver) => {
  expect(receiverOf(wanted, tx, ports)).toBe(receiver)
  expect(receiverOf(receiverDocument(receiver, tx, ports).rx, tx, ports)).toBe(receiver)
})

it('a port of that name is a port', () => {
  expect(receiverOf('none', 'wire', [...ports, { name: 'none', uri: 'loop:y' }])).toBe('none')
})

import { expect } from 'vitest'
import type { Result } from '../../src/stats/result.js'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Every packet is counted in the total, in one stream and in one queue. Results with a dot are of a stream's parts. */
export function expectToAddUp({ metrics, streams: results, queues, ports }: Result): void {
  const streams = Object.fromEntries(Object.entries(results).filter(([name]) => !name.includes('.')))
  const { tx_packets: sent, tx_bytes, rx_packets: received, lost } = metrics
  const tx = queues.filter(queue => queue.direction === 'tx')
  expect(sum(Object.values(streams).map(stream => stream.tx_packets ?? 0))).toBe(sent)
  expect(sum(Object.values(streams).map(stream => stream.tx_bytes ?? 0))).toBe(tx_bytes)
  expect(sum(tx.map(queue => queue.tx_packets))).toBe(sent)
  expect(sum(tx.map(queue => queue.tx_bytes))).toBe(tx_bytes)
  expect(sum(ports.map(port => port.tx_packets))).toBe(sent)
  if (received === null) return
  expect(sum(Object.values(streams).map(stream => stream.rx_packets ?? 0))).toBe(received)
  expect(received + (lost ?? 0)).toBe(sent)
}

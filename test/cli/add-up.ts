import { expect } from 'vitest'
import type { Result } from '../../src/stats/result.js'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/**
 * Every packet is counted in the total, in one stream and in one queue. Results with a dot are of a stream's parts.
 * `uncounted`: packets that may have arrived and that a sender was kept from counting.
 */
export function expectToAddUp({ metrics, streams: results, queues, ports }: Result, uncounted = 0): void {
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
  const { duplicates, corrupted } = metrics
  const said = JSON.stringify({ sent, received, lost, duplicates, corrupted })
  const told = received - (duplicates ?? 0) - (corrupted ?? 0) + (lost ?? 0)
  expect(told, said).toBeGreaterThanOrEqual(sent!)
  expect(told, said).toBeLessThanOrEqual(sent! + uncounted)
}

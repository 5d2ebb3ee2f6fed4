import { describe, expect, it } from 'vitest'
import { parseExpectation } from './expectation.js'

describe('expectation', () => {
  it.each([
    ['loss_ratio == 0', 'loss_ratio', '==', 0],
    ['loss_ratio <= 0.1%', 'loss_ratio', '<=', 0.001],
    ['latency_p99_ns < 50us', 'latency_p99_ns', '<', 50_000],
    ['latency_p99_ns<50000', 'latency_p99_ns', '<', 50_000],
    ['streams.udp.rx_packets >= 1M', 'streams.udp.rx_packets', '>=', 1_000_000],
    ['tx_pps > 14.88Mpps', 'tx_pps', '>', 14_880_000],
    ['tx_bps_l2 >= 9Gbps-l2', 'tx_bps_l2', '>=', 9e9],
    ['tx_bytes != 1kB', 'tx_bytes', '!=', 1000],
    ['duration_s >= 1m', 'duration_s', '>=', 60],
    ['loss_ratio < 1e-6', 'loss_ratio', '<', 1e-6],
  ])('%s', (text, metric, op, value) => {
    expect(parseExpectation(text)).toEqual({ ok: true, value: { text, metric, op, value } })
  })

  it.each([
    ['loss_ratio', 'bad-value'],
    ['loss_ratio =< 0', 'bad-value'],
    ['loss_ratio == many', 'bad-value'],
    ['tx_pps > 1Gbps', 'bad-unit'],
    ['latency_p99_ns < 5Mpps', 'bad-unit'],
    ['constructor == 0', 'bad-value'],
  ])('refuses %s', (text, code) => expect(parseExpectation(text)).toMatchObject({ ok: false, code }))
})

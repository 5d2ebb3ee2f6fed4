/** Numbers for people: three or four significant digits and the unit always beside them. */
import type { Load } from '../profile/model.js'
import { formatLoad } from '../units/load.js'
import type { Unit } from '../units/metrics.js'

const SI = ['', 'k', 'M', 'G', 'T'] as const

/** Four significant digits and a decimal prefix: 14880952, 'pps' → `14.88 Mpps`. */
export function magnitude(value: number, unit: string): string {
  let scaled = value
  let step = 0
  // 999.96 would round to 1000: it belongs to the next prefix.
  while (Math.abs(scaled) >= 999.95 && step < SI.length - 1) {
    scaled /= 1000
    step++
  }
  return `${digits(scaled)} ${SI[step]}${unit}`
}

function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value)
  const decimals = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3
  return value.toFixed(decimals)
}

const TIME = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
] as const

/** `850 ns`, `12.50 us`, `1.204 ms`, `2.500 s`. */
export function nanoseconds(ns: number): string {
  for (const [size, unit] of TIME) {
    if (ns >= size * 0.99995) return `${digits(ns / size)} ${unit}`
  }
  return `${Number.isInteger(ns) ? ns : ns.toFixed(1)} ns`
}

/** 12345678 → `12,345,678`. */
export function count(value: number): string {
  // `toLocaleString` loads ICU's tables: 10 ms before the first packet.
  return `${Math.round(value)}`.replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** Never rounds to nothing or to all: 1 lost in 10^9 is `1.00e-7 %`. */
export function percent(ratio: number): string {
  const value = ratio * 100
  if (value === 0 || value === 100) return `${value} %`
  return `${value < 0.001 ? value.toExponential(2) : Math.min(Number(value.toPrecision(4)), 99.99)} %`
}

/** Of something that there may be more of than asked for: 2.5 → `250 %`. */
export const percentOf = (factor: number): string => `${Number((100 * factor).toPrecision(3))} %`

export function inUnit(value: number | null, unit: Unit): string {
  if (value === null) return 'not measured'
  switch (unit) {
    case 'pps':
    case 'bps':
      return magnitude(value, unit)
    case 'ns':
      return nanoseconds(value)
    case 's':
      return nanoseconds(value * 1e9)
    case 'ratio':
      return percent(value)
    case 'cycles':
      return `${value.toFixed(1)} cycles`
    default:
      return count(value)
  }
}

export function rate(asked: Load): string {
  return asked.kind === 'line' ? 'line rate' : formatLoad(asked)
}

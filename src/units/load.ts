import { formatCount } from './count.js'
import { formatDuration } from './duration.js'
import { formatRate, type Rate } from './rate.js'

/** A rate that has a number, if need be with the link's help. */
export type GivenRate = Exclude<Rate, { kind: 'line' }>

/** How a stream's packets lie in time: evenly (a plain rate), or in one of these shapes. */
export type Load =
  | Rate
  /** Rises (or falls) evenly over that time and stays at `to`. Both are in the same unit. */
  | { kind: 'ramp'; from: GivenRate; to: GivenRate; overNs: number }
  /** Arrivals that know nothing of each other: exponential gaps, this many on average. */
  | { kind: 'poisson'; rate: GivenRate }
  /** So many frames back to back at line speed, as often as makes up the average. */
  | { kind: 'burst'; frames: number; rate: GivenRate }
  | { kind: 'burst'; frames: number; everyNs: number }

/** As a profile writes it. */
export function formatLoad(load: Load): string {
  switch (load.kind) {
    case 'ramp':
      return `{ramp: {from: ${formatRate(load.from)}, to: ${formatRate(load.to)}, over: ${formatDuration(load.overNs)}}}`
    case 'poisson':
      return `{poisson: ${formatRate(load.rate)}}`
    case 'burst': {
      const often =
        'rate' in load ? `rate: ${formatRate(load.rate)}` : `every: ${formatDuration(load.everyNs)}`
      return `{burst: {frames: ${formatCount(load.frames)}, ${often}}}`
    }
    default:
      return formatRate(load)
  }
}

/** Part of a load: a share of its rate, in the same shape. Of `line` it is all: there, shares are turns. */
export function scaleLoad(load: Load, factor: number): Load {
  switch (load.kind) {
    case 'ramp':
      return { ...load, from: scaleRate(load.from, factor), to: scaleRate(load.to, factor) }
    case 'poisson':
      return { ...load, rate: scaleRate(load.rate, factor) }
    case 'burst':
      return 'rate' in load
        ? { ...load, rate: scaleRate(load.rate, factor) }
        : { ...load, everyNs: load.everyNs / factor }
    case 'line':
      return load
    default:
      return scaleRate(load, factor)
  }
}

function scaleRate(rate: GivenRate, factor: number): GivenRate {
  switch (rate.kind) {
    case 'pps':
      return { ...rate, pps: rate.pps * factor }
    case 'bps':
      return { ...rate, bps: rate.bps * factor }
    case 'percent':
      return { ...rate, percent: rate.percent * factor }
  }
}

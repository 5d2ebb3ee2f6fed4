/** The words of a search for the highest load. */

export const methods = ['mlrsearch', 'binary', 'ramp', 'bursts', 'rfc2544'] as const
export type Method = (typeof methods)[number]

export const presetNames = ['csit', 'rfc2544', 'tst009', 'quick'] as const
export type Preset = (typeof presetNames)[number]

export const directions = ['forward', 'reverse', 'both'] as const
export type Direction = (typeof directions)[number]

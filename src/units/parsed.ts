/** Why a text was refused. The codes are those of profile diagnostics and stay stable. */
export type Refusal =
  | 'wrong-type'
  | 'bad-value'
  | 'bad-unit'
  | 'bad-address'
  | 'host-bits'
  | 'out-of-range'
  | 'reversed-range'

export interface Refused {
  ok: false
  code: Refusal
  message: string
  hint?: string
  /** Which characters of the text are wrong, if not all. */
  span?: Span
}

/** From the first character to the one behind the last. */
export interface Span {
  from: number
  to: number
}

/** What every parser of this folder returns: bad input is an answer, not an exception. */
export type Parsed<T> = { ok: true; value: T } | Refused

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })

export const refuse = (code: Refusal, message: string, hint?: string): Refused =>
  hint === undefined ? { ok: false, code, message } : { ok: false, code, message, hint }

export const didYouMean = (text: string): string => `did you mean \`${text}\`?`

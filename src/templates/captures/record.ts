/** What a reader finds in a capture file. */

/** A file as far as it was read. Readers never look beyond `bytes`, and never copy what they show. */
export interface CaptureFile {
  bytes: Uint8Array
  /** Of the whole file: more than `bytes` where reading stopped at the bound. */
  size: number
}

export interface CaptureRecord {
  /** Of its record or block in the file. */
  offset: number
  /** Since the epoch; null: the file does not say (simple packet blocks of pcapng). */
  timeNs: bigint | null
  /** As captured, in the framing of the link type. */
  bytes: Uint8Array
  /** Bytes that it had on the wire: more than `bytes` where the capture was cut off at a snapshot length. */
  wireBytes: number
  linkType: number
  /** Bytes of a frame check sequence at the end of `bytes`. */
  fcsBytes: number
}

/** Why a file cannot be read on: where, what, and what to do. */
export interface CaptureFailure {
  offset: number
  message: string
  hint: string
}

/** Record by record, as they are asked for; where the file is damaged, it ends with the reason. */
export type Records = Generator<CaptureRecord, CaptureFailure | undefined, void>

/** How much of a file is read, and how many of its packets are sent. A plan is held in memory, once for each queue. */
export const mostBytes = 64 * 2 ** 20
export const mostPackets = 65_536

/** What `bytes` at `offset` run into. */
export function endsEarly(file: CaptureFile, offset: number, what: string): CaptureFailure {
  if (file.size > file.bytes.length) {
    const message = `the packets go on beyond the first ${mostBytes / 2 ** 20} MiB, which is as much as nmgen reads`
    return {
      offset,
      message,
      hint: 'name the packets that you need with `only`, or cut the file with editcap',
    }
  }
  const message = `the file ends within ${what}, after ${file.bytes.length} bytes`
  return { offset, message, hint: 'it was cut off: `editcap` writes a copy of what is whole' }
}

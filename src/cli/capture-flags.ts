/** The flags of `capture` as a user typed them → what they mean. Every error is a usage error (exit 2). */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { parseCores } from '../profile/cores.js'
import { parseCount } from '../units/count.js'
import { parseDuration } from '../units/duration.js'
import type { CaptureArguments } from './capture.js'
import { parseFlag, parseUri, positive } from './run-flags.js'

export interface CaptureFlags {
  uri: string
  filter: string
  queues: number
  cores?: readonly number[]
  count?: number
  durationNs?: number
  idleNs?: number
  pcap?: string
}

export function captureFlags(argv: CaptureArguments): CaptureFlags {
  const uri = parseUri(argv.port)
  if (!uri.ok) throw new NmgenError('usage', uri.message, Exit.usage, uri.hint)
  const queues = parseFlag(argv, 'queues', positive(parseCount)) ?? 1
  const count = parseFlag(argv, 'count', positive(parseCount))
  if (count !== undefined && queues > 1)
    throw new NmgenError(
      'usage',
      `--count: ${queues} queues cannot agree on the last packet`,
      Exit.usage,
      'leave out --queues, or end by --duration or --idle',
    )
  const cores = parseFlag(argv, 'cores', parseCores)
  const durationNs = parseFlag(argv, 'duration', positive(parseDuration))
  const idleNs = parseFlag(argv, 'idle', positive(parseDuration))
  return {
    uri: uri.value,
    filter: argv.filter ?? '',
    queues,
    ...(count !== undefined && { count }),
    ...(cores && { cores }),
    ...(durationNs !== undefined && { durationNs }),
    ...(idleNs !== undefined && { idleNs }),
    ...(argv.pcap !== undefined && { pcap: argv.pcap }),
  }
}

/** Who receives what a stream sends. */
import type { PortSpec } from './model.js'

/** Instead of a port: nobody listens, on a loop either. A port of that name comes first. */
export const NOBODY = 'none'

type Ports = readonly Pick<PortSpec, 'name' | 'uri'>[]

/** The port that receives what `tx` sends, where the profile wants `wanted`: a loop is its own other end. */
export function receiverOf(wanted: string | undefined, tx: string, ports: Ports): string | undefined {
  if (wanted === NOBODY && !ports.some(({ name }) => name === NOBODY)) return undefined
  return wanted ?? (isLoop(tx, ports) ? tx : undefined)
}

/** How a profile says that `rx` receives: where `none` is what it would be anyway, not at all. */
export function receiverDocument(rx: string | undefined, tx: string, ports: Ports): { rx?: string } {
  if (rx !== undefined) return { rx }
  return isLoop(tx, ports) ? { rx: NOBODY } : {}
}

const isLoop = (tx: string, ports: Ports): boolean =>
  ports.some(({ name, uri }) => name === tx && uri.startsWith('loop:'))

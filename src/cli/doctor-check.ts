/** `bad`: nothing can be sent. `note`: something works less well, or not for everybody. */
export type Mark = 'ok' | 'note' | 'bad'

export interface Check {
  name: string
  mark: Mark
  text: string
  /** What to do about it, where something is to be done. */
  fix?: string
}

/** `0-3,8`, the kernel's way. */
export function cpuList(cpus: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const cpu of [...cpus].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && cpu === last[1] + 1) last[1] = cpu
    else ranges.push([cpu, cpu])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',') || 'none'
}

/** A control group with little memory, below our own: cgroups(7), of either version. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const mount = '/sys/fs/cgroup'

/** Where a group can be made, and the file of its limit; undefined: nowhere. */
function place(): { folder: string; limit: string } | undefined {
  const groups = readFileSync('/proc/self/cgroup', 'utf8').split('\n')
  const path = (start: RegExp) => groups.find(line => start.test(line))?.replace(start, '')
  const [first, second] = [path(/^\d+:memory:/), path(/^0::/)]
  if (first !== undefined) return { folder: join(mount, 'memory', first), limit: 'memory.limit_in_bytes' }
  return second === undefined ? undefined : { folder: join(mount, second), limit: 'memory.max' }
}

/** `through` runs a command in it. The group is gone afterwards. */
export async function withMemoryLimit(
  bytes: number,
  work: (through: readonly string[]) => Promise<void>,
): Promise<void> {
  const { folder, limit } = place()!
  const group = join(folder, `nmgen-${randomBytes(4).toString('hex')}`)
  mkdirSync(group)
  try {
    writeFileSync(join(group, limit), `${bytes}`)
    await work(['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh'])
  } finally {
    rmdirSync(group)
  }
}

/** Why memory cannot be limited here: for `ctx.skip`. */
export async function whyNoMemoryLimit(): Promise<string | undefined> {
  const found = place()
  if (!found || !existsSync(join(found.folder, 'cgroup.procs'))) return 'no control group limits memory here'
  try {
    await withMemoryLimit(2 ** 30, async () => {})
    return undefined
  } catch (error) {
    return `no control group can be made here: ${(error as Error).message}`
  }
}

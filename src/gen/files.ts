/** /proc and /sys as text, below a root that tests bring along. Nothing here throws. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

export class Files {
  constructor(private readonly root: string) {}

  /** The trimmed text of a file, or null where it is empty or cannot be read. */
  text(path: string): string | null {
    try {
      return readFileSync(join(this.root, path), 'utf8').trim() || null
    } catch {
      return null
    }
  }

  /** The words of each line. */
  rows(path: string): string[][] {
    return (this.text(path) ?? '').split('\n').map(line => line.trim().split(/\s+/))
  }

  /** `key : value` lines; of a repeated key, the first. */
  table(path: string): Map<string, string> {
    const pairs = (this.text(path) ?? '').matchAll(/^([^:\n]+?)\s*:[ \t]*(.*)$/gm)
    return new Map([...pairs].reverse().map(([, key = '', value = '']) => [key, value]))
  }

  list(path: string): string[] {
    try {
      return readdirSync(join(this.root, path))
    } catch {
      return []
    }
  }

  /** The last part of what a link leads to: `device/driver` is named so. */
  link(path: string): string | null {
    try {
      return basename(readlinkSync(join(this.root, path)))
    } catch {
      return null
    }
  }

  exists(path: string): boolean {
    const folder = path.split('/').slice(0, -1).join('/')
    return this.list(folder).includes(path.split('/').at(-1) ?? '')
  }
}

/** `0-3,8` as the numbers it stands for. */
export function parseCpuList(list: string): number[] {
  return list
    .trim()
    .split(',')
    .filter(part => part !== '')
    .flatMap(part => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    })
}

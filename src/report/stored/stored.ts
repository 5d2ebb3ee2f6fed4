import type { StoredResult } from '../read.js'

/** A format that is made of results that are stored, whenever somebody asks for it. */
export interface StoredFormat {
  /** Of `--format`. */
  name: string
  describe: string
  write(results: readonly StoredResult[], at: { now: Date; host: string }): string | Promise<string>
}

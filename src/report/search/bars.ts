import { marks, type Style } from '../../stats/style.js'

const LENGTH = 20

/** One bar a value; all of them, and what is not 0 has one mark at least. */
export function bars(values: readonly number[], style: Style, highest: number): string[] {
  const { bar } = marks(style)
  return values.map(value =>
    bar.repeat(value <= 0 ? 0 : Math.max(1, Math.round((value / highest) * LENGTH))).padEnd(LENGTH),
  )
}

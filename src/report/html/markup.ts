const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For texts and for quoted attributes: nothing that a profile is named becomes a tag. */
export const quoted = (text: string): string => text.replace(/[&<>"']/g, char => NAMES[char]!)

export interface Column {
  name: string
  /** Numbers stand right. */
  numeric?: boolean
}

/** Cells are texts, never markup. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const cls = (i: number) => (columns[i]?.numeric ? ' class="number"' : '')
  const head = columns.map(({ name }, i) => `<th scope="col"${cls(i)}>${quoted(name)}</th>`).join('')
  const body = rows.map(
    cells => `<tr>${cells.map((cell, i) => `<td${cls(i)}>${quoted(cell)}</td>`).join('')}</tr>`,
  )
  return `<div class="scroll"><table><caption>${quoted(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

export const section = (title: string, ...inside: readonly string[]): string =>
  inside.every(part => part === '') ? '' : `<section><h2>${quoted(title)}</h2>${inside.join('\n')}</section>`

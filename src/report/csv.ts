/** A line of RFC 4180, with the line end of Unix. Not measured: empty. */
export const csvLine = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\n`

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

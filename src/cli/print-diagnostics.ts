import { type Diagnostic, renderDiagnostics } from '../profile/diagnostics.js'
import { wantsColor } from './color.js'

export function printDiagnostics(diagnostics: readonly Diagnostic[], text: string): void {
  if (diagnostics.length === 0) return
  process.stderr.write(`${renderDiagnostics(diagnostics, { text, color: wantsColor(process.stderr) })}\n`)
}

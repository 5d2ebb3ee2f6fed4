/** What GitHub makes of Markdown: its own cmark, as CommonMark's XML. */
import { execa } from 'execa'
import { whyNoTool } from './tools.js'

export const whyNoMarkdown = (): Promise<string | undefined> => whyNoTool('cmark-gfm')

export interface Rendered {
  /** Rows of each table, its head among them; each row the texts of its cells. */
  tables: string[][][]
  headings: string[]
  /** What is left of a table or heading that was not understood as one. */
  strays: string[]
}

export async function renderedMarkdown(text: string): Promise<Rendered> {
  const args = ['--extension', 'table', '--to', 'xml']
  const { stdout } = await execa('cmark-gfm', args, { input: text })
  const xml = String(stdout)
  return {
    tables: all(xml, /<table>([\s\S]*?)<\/table>/g).map(rowsOf),
    headings: all(xml, /<heading [^>]*>([\s\S]*?)<\/heading>/g).map(words),
    strays: all(xml, /<paragraph>([\s\S]*?)<\/paragraph>/g)
      .map(words)
      .filter(line => /^#|\|.*\||-{3}/.test(line)),
  }
}

const rowsOf = (table: string): string[][] =>
  all(table, /<table_(?:row|header)>([\s\S]*?)<\/table_(?:row|header)>/g).map(row =>
    all(row, /<table_cell(?: align="\w+")?(?:>([\s\S]*?)<\/table_cell>| \/>)/g).map(words),
  )

const all = (text: string, what: RegExp): string[] =>
  [...text.matchAll(what)].map(([, inside]) => inside ?? '')

/** The text in all elements inside. */
const words = (xml: string): string =>
  all(xml, /<(?:text|code|html_inline) [^>]*>([^<]*)</g)
    .join('')
    .replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ENTITIES[name]!)

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }

/** What texts for people are made of: lines no longer than the terminal is wide, in which no number is cut. */
import { paint, type Style, wrap } from '../stats/style.js'

/** First the word that everything else explains, then the sentence behind it, and what helps. */
export function titled(
  [word, colour]: readonly [string, Parameters<typeof paint>[1]],
  sentence: string,
  style: Style,
  help = '',
): string[] {
  const title = word.toUpperCase()
  const indent = ' '.repeat(title.length + 2)
  const room = style.width - indent.length
  const [first = '', ...rest] = wrap(sentence, room, '')
  const hint = help === '' ? [] : wrap(help, room, '')
  return [`${paint(style, colour, title)}  ${first}`, ...[...rest, ...hint].map(line => indent + line)]
}

/** What a reader must know before believing the rest. */
export function marked(text: string, style: Style, help = ''): string[] {
  const [first = '', ...rest] = wrap(text, style.width - 4, '')
  const hint = help === '' ? [] : wrap(help, style.width - 4, '  ')
  return [`  ${paint(style, 'yellow', '!')} ${first}`, ...[...rest, ...hint].map(line => `    ${line}`)]
}

export const indented = (text: string, style: Style): string[] =>
  wrap(text, style.width - 2, '  ').map(line => `  ${line}`)

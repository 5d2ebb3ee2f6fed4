import { type Field, fieldsOf, type Header, type Item, type List, listsOf, type Member } from './header.js'
import { headers } from './headers/index.js'
import { formatValue } from './values.js'

/** docs/reference/headers.md: every header, from the records that encode, check and dissect it. */
export function headerReference(): string {
  const all = Object.values(headers)
  const toc = all.map(({ name, doc }) => `| [\`${name}\`](#${name}) | ${doc} |`)
  return `${[
    '# Headers',
    'Made by `npm run docs` from `src/templates/headers/`; do not edit.',
    'A layer is written `- name: {field: value, ...}`. Fields that are left out have the default below: lengths, protocol ' +
      'numbers and checksums are computed. A value that is given stands, even when it is wrong. A checksum takes `valid`, ' +
      '`zero`, `bad` or a number; fields of type bytes take hexadecimal, in quotes where it is digits alone. ' +
      'Instead of a value there may be a generator, parts, or a text that varies: see [values](values.md). ' +
      'An item of a list is its name or `{name: {field: value}}`; a bare value stands for the field in bold.',
    ['| layer | what it is |', '|---|---|', ...toc].join('\n'),
    ...all.map(section),
  ].join('\n\n')}\n`
}

function section(header: Header): string {
  const { name, doc, source, starts, anywhere, on } = header
  const bases = Object.keys(on).map(base => `\`${base}\``)
  const places = [...(starts ? ['first in a frame'] : []), ...(anywhere ? ['anything'] : bases)]
  return [
    `## ${name}`,
    `${doc}. ${source}.`,
    `Stands on: ${places.join(', ')}.${header.closed ? ' Messages end with their header: the rest of a frame is padding.' : ''}`,
    table(header.members),
    ...grouped(header.lists).map(lists => listSection(lists)),
  ].join('\n\n')
}

const table = (members: readonly Member[]): string =>
  ['| field | bits | default | what it is |', '|---|---|---|---|', ...rows(members, '')].join('\n')

/** In wire order, each field with the condition that lets it in. */
function rows(members: readonly Member[], condition: string): string[] {
  return members.flatMap(member => {
    if ('when' in member) return rows(member.fields, ` (${member.doc})`)
    if ('list' in member) return [`| \`${member.list}\` | list | none | ${member.doc}${condition} |`]
    return [
      `| \`${member.name}\` | ${size(member)} | ${byDefault(member)} | ${describe(member)}${condition} |`,
    ]
  })
}

function size({ type, bits, width }: Field): string {
  if (type === 'bytes' || type === 'text' || type === 'name') return type
  return width ? `up to ${bits}` : String(bits)
}

function byDefault(field: Field): string {
  if (typeof field.default === 'function' || field.type === 'checksum') return 'computed'
  const text = formatValue(field, field.default)
  return text === '-' ? 'none' : `\`${text}\``
}

function describe({ doc, names, letters }: Field): string {
  const words = names
    ? `: ${Object.keys(names.values)
        .map(name => `\`${name}\``)
        .join(' ')}`
    : ''
  return `${doc}${words}${letters ? `; letters \`${letters.replaceAll('.', '')}\`` : ''}`
}

/** Lists of the same items are told once. */
const grouped = (lists: readonly List[]): List[][] =>
  [...new Set(lists.map(({ items }) => items))].map(items => lists.filter(list => list.items === items))

function listSection(lists: readonly List[], depth = ''): string {
  const names = lists.map(({ list }) => list)
  const { items } = lists[0]!
  const inner = Object.values(items).flatMap(item => listsOf(item.fields))
  return [
    `Items of ${names.map(name => `\`${depth}${name}\``).join(', ')}:`,
    ['| item | fields | what it is |', '|---|---|---|', ...Object.entries(items).map(itemRow)].join('\n'),
    ...grouped(inner).map(nested => listSection(nested, `${names[0]}.`)),
  ].join('\n\n')
}

function itemRow([kind, { doc, fields, short }]: [string, Item]): string {
  const own = fieldsOf(fields).map(
    field => `${field.name === short ? '**' : ''}${label(field)}${field.name === short ? '**' : ''}`,
  )
  const names = [...own, ...listsOf(fields).map(({ list }) => `\`${list}\` (list)`)]
  return `| ${kind === '' ? '(no name)' : `\`${kind}\``} | ${names.join(', ')} | ${doc} |`
}

const label = (field: Field): string =>
  `${field.name === '' ? 'the value' : `\`${field.name}\``} (${size(field)}${/^\d/.test(size(field)) ? ' bits' : ''})`

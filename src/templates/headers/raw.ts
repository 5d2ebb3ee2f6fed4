import { defineHeader } from '../header.js'
import { bytes } from '../members.js'

export const raw = defineHeader({
  name: 'raw',
  doc: 'Bytes as they are: a header that nmgen does not know, or a broken one. Stands anywhere',
  source: 'whoever writes it',
  on: {},
  starts: true,
  anywhere: true,
  fields: [bytes('bytes', 'in hexadecimal', () => 0)],
})

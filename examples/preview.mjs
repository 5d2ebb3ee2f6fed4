// Prints the first packets of a profile that is made here, field by field.
import { compile, preview } from 'nmgen'

const program = compile({
  text: `
version: 1
name: dns
streams:
  - name: queries
    frame: 100B
    layers:
      - ethernet: {}
      - ipv4: { src: { inc: 198.18.1.0/24 }, dst: 198.19.0.53 }
      - udp: { src: { random: 1024-65535 }, dst: 53 }
`,
})
for (const { frame, bytes, layers } of preview(program, { count: 3 })) {
  const source = layers.find(({ name }) => name === 'ipv4').fields.find(({ name }) => name === 'src')
  console.log(`packet ${frame}: ${bytes.length} bytes from ${source.text}`)
}

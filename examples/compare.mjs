// Is one seed as good as another? Four runs of each, in turn, and the verdict of exact rank statistics.
import { fileURLToPath } from 'node:url'
import { compare, compile, run } from 'nmgen'

const file = fileURLToPath(new URL('../profiles/udp-64b.yaml', import.meta.url))
const [base, current] = [[], []]
for (let pair = 0; pair < 4; pair++)
  for (const results of [base, current]) {
    const program = compile(
      { file },
      { set: ['streams.udp.count=20000', 'streams.udp.rate=100kpps', 'expect=[]'] },
    )
    results.push(await (await run(program)).result)
  }
const { verdict, metrics } = compare(base, current, { interleaved: true })
console.log(`${verdict}, by ${metrics.map(({ metric }) => metric).join(', ')}`)

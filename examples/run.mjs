// Runs a shipped profile for two seconds, tells how it goes on, and judges the result itself.
import { fileURLToPath } from 'node:url'
import { compile, run } from 'nmgen'

const file = fileURLToPath(new URL('../profiles/udp-64b.yaml', import.meta.url))
const program = compile({ file }, { set: ['duration=2s', 'streams.udp.rate=100kpps'] })
const running = await run(program)
for await (const event of running.events({ everyMs: 500 })) {
  if (event.kind === 'interval') console.log(`${Math.round(event.interval.tx_pps)} packets a second`)
  else
    console.log(
      `${event.result.verdict}: ${event.result.metrics.lost} of ${event.result.metrics.tx_packets} lost`,
    )
}

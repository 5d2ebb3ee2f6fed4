// A program that blocks its own main thread for argv[2] ms while nmgen sends, and prints how the run ended.
import { readFileSync } from 'node:fs'
import { startRun } from '../../dist/gen/engine.js'
import { loadProfile } from '../../dist/profile/load.js'
import { compile } from '../../dist/templates/compile.js'

const file = 'profiles/udp-64b.yaml'
const set = ['streams.udp.rate=10kpps', 'duration=8s']
const { plan } = compile(loadProfile(readFileSync(file, 'utf8'), { file, set }).profile)
const run = await startRun(plan)
while (run.snapshot().tx[0].packets === 0) await new Promise(done => setTimeout(done, 1))
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[2]))
const atWake = run.snapshot().tx[0]
const { stopped, error, final } = await run.done
const [tx] = final.tx
const sent = { packets: tx.packets, lastS: tx.lastNs / 1e9, runningAtWake: atWake.running }
process.stdout.write(JSON.stringify({ stopped, code: error?.code ?? null, ...sent }))

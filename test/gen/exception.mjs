// A program whose own mistake ends it while nmgen's receiver waits for room: nobody reads what it captures of argv[2].
import { startCapture } from '../../dist/gen/capture.js'

const uri = `pcap:${process.argv[2]}`
const capture = startCapture({ uri, queues: 1, filter: '', snapBytes: 65_535, ringBytes: 70_000 })
while (capture.taps[0].fill < 0.5) await new Promise(done => setTimeout(done, 1))
throw new Error('a mistake of somebody else')

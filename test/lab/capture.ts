import { execa } from 'execa'

export interface Capture {
  readonly file: string
  /** Ends the capture. `dropped` above 0 means that the file does not hold everything that arrived. */
  stop(): Promise<{ captured: number; dropped: number }>
}

/** Resolves once tcpdump listens, so that nothing sent afterwards is missed. */
export async function startCapture(namespace: string, device: string, file: string): Promise<Capture> {
  // As root (-Z), to write where the test says; 64 MiB of buffer, to keep up with a burst; nanosecond stamps.
  const options = [
    '-n',
    '-U',
    '-Z',
    'root',
    '-B',
    '65536',
    '--time-stamp-precision=nano',
    '-i',
    device,
    '-w',
    file,
  ]
  const tcpdump = execa('ip', ['netns', 'exec', namespace, 'tcpdump', ...options], { reject: false })
  let log = ''
  await new Promise<void>((listening, failed) => {
    tcpdump.stderr.on('data', chunk => {
      log += chunk
      if (log.includes('listening on')) listening()
    })
    tcpdump.once('exit', () => failed(new Error(`tcpdump ended at once: ${log}`)))
  })
  const count = (what: string) => Number(new RegExp(`(\\d+) packets? ${what}`).exec(log)?.[1] ?? 0)
  return {
    file,
    async stop() {
      // Packets wait in the kernel's buffer until it is full or its timer (1 s) is over.
      if (tcpdump.exitCode === null) await new Promise(done => setTimeout(done, 1100))
      tcpdump.kill('SIGINT')
      await tcpdump
      return { captured: count('captured'), dropped: count('dropped by kernel') }
    },
  }
}

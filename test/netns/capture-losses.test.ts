/** What a capture says when it has not kept all: whoever was too slow is told, and the exit is 11. */
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { inFolder, nmgen, startNmgen, until, whyNoBackend } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'

const noLab = (await whyNoLab()) ?? (await whyNoBackend('afpacket'))

/** Resolves when it receives, and Ctrl-C would end it as it should. */
async function capture({ links }: Lab, options: string, ...flags: string[]) {
  const args = ['capture', `afpacket:${links[1]!.near}${options}`, '--json', ...flags]
  const run = startNmgen(args, { timeout: 50_000 })
  let said = ''
  run.stderr.on('data', chunk => (said += chunk))
  await until('it receives', () => said.includes('receiving on'), 15_000)
  const report = run.then(({ exitCode, stdout, stderr }) => {
    expect(String(stdout), String(stderr)).not.toBe('')
    return { exitCode, ...JSON.parse(String(stdout)) }
  })
  return { run, report }
}

async function sendOver({ links }: Lab, count: string, ...flags: string[]): Promise<void> {
  const [from, to] = links as [Link, Link]
  const ports = ['--tx', `afpacket:${from.near}`, '--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
  const run = ['run', 'profiles/udp-64b.yaml', '--no-out', '--quiet', '--set', 'expect=[]']
  const { code, stderr } = await nmgen([...run, ...ports, '--count', count, ...flags])
  expect(code, stderr).toBe(0)
}

describe('a capture', () => {
  it('whose file takes nothing says how many it has not kept', { timeout: 60_000 }, async ctx => {
    if (noLab) ctx.skip(noLab)
    await inFolder(async folder => {
      const lab = await Lab.create({ pairs: 2, bridge: true })
      try {
        const pipe = join(folder, 'pipe')
        await execa('mkfifo', [pipe])
        // There before the writer is (3 is for both, so that 4 need not wait); and nothing is read before all was sent.
        const script = 'exec 3<>"$0" 4<"$0" 3<&-; read -r _; exec cat <&4 >/dev/null'
        const reader = execa('bash', ['-c', script, pipe])
        const { run, report } = await capture(lab, '', '--pcap', pipe)
        // Of the ring's 64 MiB and the pipe's 64 KiB some 43,000 are full.
        await sendOver(lab, '60000', '--rate', '40kpps', '--set', 'streams.udp.frame=1518B')
        run.kill('SIGINT')
        reader.stdin.end('go\n')
        const { exitCode, complete, packets, missed_packets, seen_packets, warnings } = await report
        expect([exitCode, complete, packets + missed_packets]).toEqual([11, false, seen_packets])
        expect(missed_packets).toBeGreaterThan(0)
        expect(warnings).toContainEqual(
          expect.objectContaining({ code: 'not-kept', advice: expect.stringContaining('faster disk') }),
        )
        await reader
      } finally {
        await lab.dispose()
      }
    })
  })

  it('whose ring was too small says how many the device has dropped', async ctx => {
    if (noLab) ctx.skip(noLab)
    const lab = await Lab.create({ pairs: 2, bridge: true })
    try {
      const { run, report } = await capture(lab, ',blocks=2')
      run.kill('SIGSTOP')
      await sendOver(lab, '5000', '--rate', '20kpps')
      run.kill('SIGCONT')
      run.kill('SIGINT')
      const { exitCode, complete, warnings, counters } = await report
      expect([exitCode, complete]).toEqual([11, false])
      expect(warnings).toMatchObject([{ code: 'device-drops', advice: expect.stringContaining('--queues') }])
      expect(counters.rx_missed).toBeGreaterThan(0)
    } finally {
      await lab.dispose()
    }
  })

  it('whose file is taken away ends with a sentence', () =>
    inFolder(async folder => {
      const [sent, pipe] = [join(folder, 'sent.pcap'), join(folder, 'pipe')]
      const preview = ['preview', 'profiles/imix.yaml', '--count', '5000', '--pcap', sent]
      expect((await nmgen(preview)).code).toBe(0)
      await execa('mkfifo', [pipe])
      const reader = execa('head', ['-c', '1000', pipe])
      const { code, stdout, stderr } = await nmgen(['capture', `pcap:${sent}`, '--pcap', pipe, '--quiet'])
      expect([code, stdout]).toEqual([4, ''])
      expect(stderr).toMatch(/^nmgen: cannot write .*pipe: EPIPE: .* \[cannot-write\]\n$/)
      await reader
    }))
})

import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { whyNoLab } from '../lab/netns.js'
import { asNobody, whyNotNobody } from '../lab/nobody.js'
import { inFolder, nmgen, program } from './nmgen.js'

interface Check {
  name: string
  mark: string
  text: string
  fix?: string
}

/** The line NAME of `nmgen doctor` after these commands of a shell. */
async function line(name: string, before: string, through: readonly string[] = []): Promise<Check> {
  const script = `${before}\n"$0" "$1" doctor --json`
  const [file = '', ...args] = [...through, 'bash', '-c', script, process.execPath, program]
  const { stdout } = await execa(file, args, { reject: false, timeout: 25_000 })
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  return checks.find(check => check.name === name)!
}

const noLab = await whyNoLab()
const noNobody = await whyNotNobody()
const udp = 'profiles/udp-64b.yaml'

describe('nmgen doctor', () => {
  it('says whether a profile could run, and exits with 4 where it could not', async () =>
    inFolder(async folder => {
      const file = join(folder, 'gone.yaml')
      const streams = 'streams: [{name: a, frame: 64B, layers: [{ethernet: {}}]}]'
      writeFileSync(
        file,
        `version: 1\nname: gone\nports: {a: 'afpacket:nmgen-gone'}\nduration: 1s\n${streams}\n`,
      )
      const good = await nmgen(['doctor', 'profiles/udp-64b.yaml'])
      expect(good.code).toBe(0)
      expect(good.stdout).toMatch(/profile +udp-64b can run: loop:lab opened\n. queues +on CPUs \d/)
      const bad = await nmgen(['doctor', file])
      expect(bad.code).toBe(4)
      expect(bad.stdout).toMatch(/profile +gone cannot run: .*nmgen-gone/)
    }))

  // A mount of a namespace of its own: what this machine lets a test change.
  it('gives a command that mends what it says, as printed', async ctx => {
    if (noLab) ctx.skip(noLab)
    const alone = ['unshare', '--mount']
    const found = await line('hugetlbfs', 'umount -a -t hugetlbfs', alone)
    expect(found).toMatchObject({ mark: 'note', fix: expect.stringContaining('mount -t hugetlbfs') })
    expect(await line('hugetlbfs', found.fix!, alone)).toMatchObject({ mark: 'ok' })
  })

  it('tells a plain user which backends are for him, and one can be used at once', async ctx => {
    if (noNobody) ctx.skip(noNobody)
    await inFolder(async folder => {
      chmodSync(folder, 0o777)
      const own = { through: asNobody(), env: { HOME: folder } }
      const { code, stdout } = await nmgen(['doctor', '--json'], own)
      expect(code).toBe(0)
      const { backends } = JSON.parse(stdout) as {
        backends: { name: string; available: boolean; remedy?: string }[]
      }
      const usable = backends.flatMap(({ name, available }) => (available ? [name] : []))
      expect(usable).toEqual(expect.arrayContaining(['loop', 'pcap']))
      expect(usable).not.toContain('afpacket')
      for (const { name, available, remedy } of backends)
        expect([name, available || remedy]).toEqual([name, expect.anything()])
      const run = await nmgen(['doctor', udp], own)
      expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('udp-64b can run')])
      const onKernel = join(folder, 'kernel.yaml')
      writeFileSync(onKernel, readFileSync(udp, 'utf8').replace('loop:lab', 'afpacket:lo'))
      const refused = await nmgen(['doctor', onKernel], own)
      expect([refused.code, refused.stdout]).toEqual([4, expect.stringMatching(/cannot run: .*CAP_NET_RAW/)])
      expect(readdirSync(folder)).toEqual(['kernel.yaml'])
    })
  })

  it('asks for locked memory where there is little, and a command that is run as printed gives it', async ctx => {
    const { stdout } = await execa('bash', ['-c', 'ulimit -H -l'])
    if (stdout !== 'unlimited')
      ctx.skip(`the hard limit of locked memory is ${stdout} KiB here, and only CAP_SYS_RESOURCE raises it`)
    if (noLab) ctx.skip(noLab)
    // Without CAP_IPC_LOCK, which lifts the limit; the hard limit stays.
    const poor = [
      'setpriv',
      '--bounding-set=-ipc_lock',
      '--inh-caps=-ipc_lock',
      'prlimit',
      '--memlock=65536:',
    ]
    const found = await line('memlock', '', poor)
    expect(found).toMatchObject({ mark: 'note', fix: 'ulimit -l unlimited' })
    expect(await line('memlock', found.fix!, poor)).toMatchObject({ mark: 'ok' })
  })
})

describe('nmgen bind', () => {
  it('refuses what is no NIC', async () => {
    const { code, stderr } = await nmgen(['bind', 'lo'])
    expect([code, stderr]).toEqual([4, expect.stringContaining('[no-pci-device]')])
  })
})

describe('nmgen completion', () => {
  const call = (shell: string) => nmgen(['completion', shell])

  it('makes bash complete commands and options', async () => {
    const { stdout, code } = await call('bash')
    expect(code).toBe(0)
    const script = `nmgen() { ${process.execPath} ${program} "$@"; }
${stdout}
COMP_WORDS=(nmgen comp) COMP_CWORD=1
_nmgen_yargs_completions
echo "\${COMPREPLY[@]}"`
    const { stdout: found } = await execa('bash', ['-c', script])
    expect(found.split(' ')).toEqual(['compare', 'completion'])
  })

  it.each(['zsh', 'fish'])('has a script for %s', async shell => {
    expect((await call(shell)).stdout).toMatch(
      shell === 'zsh' ? /^#compdef nmgen/ : /complete -c nmgen -a '\(nmgen --get-yargs-completions/,
    )
  })
})

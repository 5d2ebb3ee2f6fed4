/** Where the commands of a page run: a folder with the files they name, in a network namespace with `eth1` to `eth4`. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { program } from '../cli/nmgen.js'

/** So that a page of examples takes seconds: the same is asked for, for a shorter time or fewer times. */
const shorter: readonly [RegExp, string][] = [
  [/ --duration \d+(s|m|h)\b/g, ' --duration 300ms'],
  [/ --pairs \d+| --preset \w+/g, ''],
  [/nmgen compare --run/g, '$& --pairs 4 --warm-up 0s --keep-disturbed'],
  [/nmgen capture \S+/g, '$& --duration 300ms'],
  [/nmgen find/g, '$& --preset quick --max 2kpps --trial 50ms --warm-up 20ms --timeout 10s'],
]

/** The user's own files: each a shipped profile under another name. */
const own = {
  'my.yaml': 'udp-64b',
  'p.yaml': 'udp-64b',
  'old.yaml': 'udp-64b',
  'new.yaml': 'vlan',
  'fw.yaml': 'udp-64b',
}

const typo = `version: 1
name: typo
ports: { a: 'loop:a' }
streams:
  - name: a
    layers:
      - ethernet:
      - ipv4: { sorc: 198.18.1.2 }
`

export class Stage {
  readonly #namespace = `nmgd${randomBytes(3).toString('hex')}`
  readonly #root = mkdtempSync(join(tmpdir(), 'nmgen-docs-'))
  readonly #folder = join(this.#root, 'work')

  /** `lab`: with interfaces, for which root is needed. */
  static async create(lab: boolean): Promise<Stage> {
    const stage = new Stage(lab)
    stage.#lay()
    if (lab) await stage.#plug()
    return stage
  }

  private constructor(private readonly lab: boolean) {}

  async run(text: string): Promise<{ exitCode: number | undefined; said: string }> {
    // What stays in the background is stopped when the rest is done.
    const isLeft = /&\n/.test(text)
    const command = isLeft ? text : shorter.reduce((whole, [from, to]) => whole.replace(from, to), text)
    const script = `trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n${command}`
    const shell = ['bash', '-o', 'pipefail', '-c', script]
    const [file = '', ...args] = this.lab ? ['ip', 'netns', 'exec', this.#namespace, ...shell] : shell
    const { exitCode, all } = await execa(file, args, {
      cwd: this.#folder,
      env: {
        PATH: `${join(this.#root, 'bin')}:${process.env.PATH}`,
        HOME: this.#root,
        LANG: 'C.UTF-8',
        NMGEN_DURATION: '300ms',
      },
      extendEnv: false,
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
    })
    return { exitCode, said: all }
  }

  async dispose(): Promise<void> {
    if (this.lab) await execa('ip', ['netns', 'delete', this.#namespace], { reject: false })
    rmSync(this.#root, { recursive: true, force: true })
  }

  #lay(): void {
    this.#put('bin/nmgen', `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`)
    // The shell of the device under test.
    this.#put('bin/ssh', '#!/bin/sh\nexit 0\n')
    for (const file of ['bin/nmgen', 'bin/ssh']) chmodSync(join(this.#root, file), 0o755)
    mkdirSync(join(this.#root, 'old'), { recursive: true })
    symlinkSync(resolve('bin'), join(this.#root, 'old/bin'))
    mkdirSync(this.#folder)
    for (const folder of ['profiles', 'examples']) symlinkSync(resolve(folder), join(this.#folder, folder))
    this.#put('work/typo.yaml', typo)
    for (const [file, shipped] of Object.entries(own))
      this.#put(`work/${file}`, readFileSync(`profiles/${shipped}.yaml`, 'utf8'))
  }

  #put(file: string, text: string): void {
    mkdirSync(dirname(join(this.#root, file)), { recursive: true })
    writeFileSync(join(this.#root, file), text)
  }

  /** Two cables: from eth1 to eth2, and from eth3 to eth4. */
  async #plug(): Promise<void> {
    const ip = (...args: string[]) => execa('ip', args)
    const here = (...args: string[]) => ip('-n', this.#namespace, ...args)
    await ip('netns', 'add', this.#namespace)
    for (const [one, other] of [
      ['eth1', 'eth2'],
      ['eth3', 'eth4'],
    ] as const)
      await here('link', 'add', one, 'type', 'veth', 'peer', 'name', other)
    for (const name of ['lo', 'eth1', 'eth2', 'eth3', 'eth4']) {
      if (name !== 'lo')
        await here('link', 'set', name, 'addrgenmode', 'none', 'arp', 'off', 'multicast', 'off')
      await here('link', 'set', name, 'up')
    }
  }
}

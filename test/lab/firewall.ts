import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { whyNoLab } from './netns.js'

/** The firewall of `firewall.sh`: its near ends are `${name}a` and `${name}b`. */
export interface Firewall {
  name: string
  /** For nmgen: from its near end to its far end. */
  ports: readonly string[]
  /** An action of `firewall.sh`, e.g. `rules 100`; its output. */
  does(action: string, ...args: readonly string[]): Promise<string>
  /** A command in the firewall's own namespace; its output. */
  inside(...command: readonly string[]): Promise<string>
  /** What the rules counted that hold this text, in the order of the policy. */
  counted(rule: string): Promise<number[]>
}

export const whyNoFirewall = () => whyNoLab('nft', 'python3')

const run = async (...[file, ...args]: readonly string[]): Promise<string> =>
  (await execa(file!, args)).stdout

const script = (...args: readonly string[]) => run('test/lab/firewall.sh', ...args)

/** With such rules, a number and maybe a kind; removed whatever happens. */
export async function behind(rules: readonly string[], work: (firewall: Firewall) => Promise<void>) {
  const name = `nmg${randomBytes(3).toString('hex')}`
  const inside = (...command: readonly string[]) => run('ip', 'netns', 'exec', name, ...command)
  await script('up', name, ...rules)
  try {
    await work({
      name,
      ports: ['--tx', `afpacket:${name}a`, '--rx', `afpacket:${name}b`],
      does: (action, ...args) => script(action, name, ...args),
      inside,
      counted: async rule => counters(await inside('nft', 'list', 'ruleset'), rule),
    })
  } finally {
    await script('down', name)
  }
}

const counters = (policy: string, rule: string): number[] =>
  policy
    .split('\n')
    .filter(line => line.includes(rule))
    .map(line => Number(/counter packets (\d+)/.exec(line)?.[1]))

export const pack = (name: string) => `profiles/firewall/${name}.yaml`

/** A busy machine is no failure of the device: packets are counted here, never timed. */
export const patient = [
  ...['--rate', '1kpps', '--count', '1000', '--duration', '20s'],
  ...['--set', 'pacing.tolerance=99%', '--no-out'],
]

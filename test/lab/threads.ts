import { readdirSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { whyNoTool } from './tools.js'

/** Why no thread can be made to crash here. */
export const whyNoCrash = async (): Promise<string | undefined> =>
  process.arch === 'x64' ? whyNoTool('perl') : 'the number of tgkill(2) is only known for x86-64'

/** Its number, by the name that the native core gives it, such as `nmgen TX0`; none before it runs. */
export function threadOf(pid: number, name: string): number | undefined {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    return tasks.map(Number).find(task => commOf(pid, task) === name)
  } catch {
    return undefined
  }
}

function commOf(pid: number, task: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Makes a thread stand still, as in a driver that never returns, until its process is gone; resolves then. */
export function freezeThread(thread: number): Promise<unknown> {
  const [ptrace, seize, interrupt, wall] = [101, 0x4206, 0x4207, 0x40000000]
  const call = (request: number) => `syscall(${ptrace}, ${request}, $t, 0, 0) == 0 or die $!`
  // The tracer must take the dead thread over at the end, or the process would never be reaped.
  const script = `$t = $ARGV[0] + 0; ${call(seize)}; ${call(interrupt)}; 1 while waitpid(-1, ${wall}) > 0`
  return execa('perl', ['-e', script, `${thread}`])
}

/** As a wild pointer does: kill(2) cannot choose the thread, tgkill(2) can, and no tool but a language calls it. */
export async function crashThread(pid: number, thread: number): Promise<void> {
  const [tgkill, sigsegv] = [234, 11]
  await execa('perl', [
    '-e',
    `syscall(${tgkill}, $ARGV[0]+0, $ARGV[1]+0, ${sigsegv}) == 0 or die $!`,
    `${pid}`,
    `${thread}`,
  ])
}

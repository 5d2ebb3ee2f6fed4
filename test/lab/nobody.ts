import { nmgen } from '../cli/nmgen.js'
import { whyNoTool } from './tools.js'

/** Runs what follows as nobody, with these capabilities and no others. */
export function asNobody(...capabilities: readonly string[]): string[] {
  const list = ['-all', ...capabilities.map(name => `+${name}`)].join(',')
  const sets = ['inh-caps', 'ambient-caps', 'bounding-set'].map(set => `--${set}=${list}`)
  return ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...sets, '--']
}

/** Why nothing can be run as nobody here, who must at least be able to read nmgen and Node: for `ctx.skip`. */
export async function whyNotNobody(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can become nobody'
  const missing = await whyNoTool('setpriv')
  if (missing) return missing
  const { code, stderr } = await nmgen(['--version'], { through: asNobody() })
  return code === 0 ? undefined : `nobody cannot run nmgen here: ${stderr.split('\n')[0]}`
}

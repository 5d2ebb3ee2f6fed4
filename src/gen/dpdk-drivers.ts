/** Which of DPDK's drivers are installed: its EAL loads them from a folder beside its own library. */
import { Files } from './files.js'

/** Names such as `net_null`; none where DPDK is not loaded. */
export function dpdkDrivers(root = '/'): string[] {
  const files = new Files(root)
  const eal = /^\S+ r-xp .*? (\/\S+)\/librte_eal\.so/m.exec(files.text('proc/self/maps') ?? '')
  if (!eal) return []
  const folder = `${eal[1]}/dpdk`
  const plugins = files.list(folder).filter(name => name.startsWith('pmds-'))
  return plugins
    .flatMap(name => files.list(`${folder}/${name}`))
    .flatMap(file => /^librte_(net_\w+)\.so$/.exec(file)?.[1] ?? [])
    .sort()
}

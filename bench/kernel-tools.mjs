/** Who sends in kernel.mjs: nmgen on each of the kernel's paths, and the other generators that are installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { near } from './kernel-pair.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The same 60-byte UDP frame for everybody; tcpreplay takes its frames from a file. */
export function prepare(folder) {
  const trafgen = join(folder, 'udp.cfg')
  const eth = 'eth(da=02:00:00:00:00:02, sa=02:00:00:00:00:01)'
  const headers = 'ip4(sa=198.18.1.2, da=198.19.1.2, ttl=4), udp(sp=1024, dp=9)'
  writeFileSync(trafgen, `{ ${eth}, ${headers}, fill(0x00, 18) }\n`)
  const pcap = join(folder, 'udp.pcap')
  const preview = ['preview', `${root}/bench/profiles/constant.yaml`, '--count', '1000', '--pcap', pcap]
  execFileSync(process.execPath, [`${root}/bin/nmgen.js`, ...preview], { stdio: 'ignore' })
  const built = name => {
    const made = join(folder, name)
    const { status } = spawnSync('cc', ['-O2', `${root}/bench/${name}.c`, '-o', made, '-lxdp', '-lbpf'])
    return status === 0 ? made : null
  }
  return { trafgen, pcap, bare: built('afxdp-loop'), drop: built('xdp-drop') }
}

const pinned = command => ['taskset', '-c', '1', ...command]
const nmgen = (backend, profile = 'constant') => [
  process.execPath,
  `${root}/bin/nmgen.js`,
  'run',
  `${root}/bench/profiles/${profile}.yaml`,
  ...['--tx', `${backend}:${near}`, '--duration', '60s', '--cores', '1', '--no-out', '--quiet'],
]
const testpmd = driver => [
  'dpdk-testpmd',
  ...['-l', '0,1', '--no-pci', '--no-huge', '--no-shconf', '-m', '512', '--no-telemetry'],
  `--vdev=${driver}0,iface=${near}`,
  ...['--', '--auto-start', '--nb-cores=1', '--total-num-mbufs=16384', '--txpkts=60', '--port-topology=loop'],
  ...['--burst=64', '--stats-period=1', '--forward-mode=txonly'],
]

/** As name and command, where the tool is there; `drop`: what the far end needs first. */
export function contenders({ trafgen, pcap, bare, drop }) {
  const all = [
    { name: 'nmgen afpacket', command: nmgen('afpacket') },
    { name: 'trafgen', command: pinned(['trafgen', '--dev', near, '--conf', trafgen, '--cpus', '1']) },
    {
      name: 'tcpreplay',
      command: pinned(['tcpreplay', '--topspeed', '--preload-pcap', '--loop=0', '-i', near, pcap]),
    },
    { name: 'testpmd net_af_packet', command: testpmd('net_af_packet') },
    { name: 'nmgen afxdp', command: nmgen('afxdp') },
    { name: 'testpmd net_af_xdp', command: testpmd('net_af_xdp') },
    ...(bare ? [{ name: 'bare AF_XDP loop', command: pinned([bare, near]) }] : []),
    ...(drop ? ['afxdp', 'xdp'].flatMap(backend => farInXdp(backend, drop)) : []),
  ]
  const isThere = ({ command }) =>
    !spawnSync(
      command.find(word => !['taskset', '-c', '1'].includes(word)),
      ['--version'],
    ).error
  return all.filter(isThere)
}

/** Constant frames, and those of two random fields with their checksums. */
const farInXdp = (backend, drop) => [
  { name: `nmgen ${backend}, far end in XDP`, command: nmgen(backend), drop },
  { name: `nmgen ${backend}, 2 fields, far end in XDP`, command: nmgen(backend, 'two-fields'), drop },
]

/** The veth pair of kernel.mjs, whose far end lies in a namespace and drops all. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'

export const near = 'nmgbench0'
const [far, space] = ['nmgbench1', 'nmgbench']
const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8' })

/** The far end has an address that nobody sends to, so that its kernel drops every tool's frames at the same place. */
export function makePair() {
  ip('netns', 'add', space)
  const peer = ['peer', 'name', far, 'address', '02:00:00:00:00:fe', 'netns', space]
  ip('link', 'add', near, 'address', '02:00:00:00:00:01', 'type', 'veth', ...peer)
  ip('link', 'set', near, 'addrgenmode', 'none', 'arp', 'off', 'multicast', 'off', 'up')
  ip('-n', space, 'link', 'set', far, 'addrgenmode', 'none', 'arp', 'off', 'multicast', 'off', 'up')
}

export function removePair() {
  for (const args of [
    ['link', 'delete', near],
    ['netns', 'delete', space],
  ])
    spawnSync('ip', args, { stdio: 'ignore' })
}

/** Puts the XDP program on the far end; what is returned takes it away. */
export async function dropInXdp(program) {
  const child = spawn('ip', ['netns', 'exec', space, program, far], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  await Promise.race([new Promise(resolve => child.stdout.once('data', resolve)), ended])
  return async () => {
    child.kill()
    await ended
  }
}

/** Frames that the far end has counted. */
export const arrived = () =>
  JSON.parse(ip('-n', space, '-s', '-j', 'link', 'show', 'dev', far))[0].stats64.rx.packets

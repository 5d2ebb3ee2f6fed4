import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CpuWatch, readTicks, timesBetween } from './cpu-times.js'
import { Files } from './files.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nmgen-cpus-'))
})
afterEach(() => rmSync(root, { recursive: true }))

type Row = readonly number[]

/** proc(5): a row of /proc/stat for each CPU, and of each thread its name, CPU and ticks as user and in the kernel. */
function moment(cpus: readonly Row[], threads: Record<string, [name: string, cpu: number, ...ticks: Row]>) {
  const rows = cpus.map((row, k) => `cpu${k} ${row.join(' ')}`)
  write('proc/stat', ['cpu  1 2 3 4 5 6 7 8 9 10', ...rows, 'intr 5 6', 'ctxt 7'].join('\n'))
  for (const [id, [name, cpu, user, system]] of Object.entries(threads))
    write(`proc/self/task/${id}/stat`, statOf(id, name, { 14: user!, 15: system!, 39: cpu }))
  return readTicks(new Files(root))
}

function statOf(id: string, name: string, fields: Record<number, number>): string {
  const others = Array.from({ length: 52 - 3 }, (_, i) => fields[i + 4] ?? 0)
  return `${id} (${name}) R ${others.join(' ')}\n`
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const idle = [0, 0, 0, 1000, 0, 0, 0, 0, 0, 0]

describe('what a CPU did while packets were sent', () => {
  it('is the time of others where it was not ours, and what a hypervisor took', () => {
    const first = moment([idle, idle], { 7: ['node', 0, 10, 0], 8: ['a (b) c', 1, 20, 5] })
    // CPU 1: 70 + 5 + 15 busy, of which 60 + 10 are ours; 4 stolen; interrupts are nobody's; guest time is in user's.
    const busy = [70, 5, 15, 1003, 1, 3, 9, 4, 50, 0]
    const last = moment([idle, busy], { 7: ['node', 0, 10, 0], 8: ['a (b) c', 1, 80, 15] })
    expect(timesBetween(first, last, [1])).toEqual([
      { cpu: 1, seconds: 1.1, stealSeconds: 0.04, othersSeconds: 0.2 },
    ])
  })

  it('counts a thread that began later, and none that runs elsewhere', () => {
    const first = moment([idle], { 7: ['node', 0, 0, 0] })
    const last = moment([[100, 0, 0, 1000, 0, 0, 0, 0]], { 7: ['node', 5, 90, 0], 9: ['new', 0, 40, 0] })
    expect(timesBetween(first, last, [0])[0]).toMatchObject({ seconds: 1, othersSeconds: 0.6 })
  })

  it('is never negative, and unknown of a CPU that the kernel does not name or that did not tick', () => {
    const first = moment([idle, idle], { 7: ['node', 0, 0, 0] })
    const last = moment([[10, 0, 0, 1000, 0, 0, 0, 0], idle], { 7: ['node', 0, 12, 0] })
    expect(timesBetween(first, last, [0, 1, 2])).toEqual([
      { cpu: 0, seconds: 0.1, stealSeconds: 0, othersSeconds: 0 },
    ])
  })
})

it('looks only while everybody sends: then all threads are still there', () => {
  let sends = true
  moment([idle], { 7: ['node', 0, 0, 0] })
  const watch = new CpuWatch(() => sends, new Files(root))
  watch.start()
  expect(watch.stop([0])).toEqual([])
  moment([[50, 0, 0, 1050, 0, 0, 0, 0]], { 7: ['node', 0, 50, 0] })
  watch.look()
  sends = false
  moment([[90, 0, 0, 1090, 0, 0, 0, 0]], {})
  watch.look()
  expect(watch.stop([0])).toEqual([{ cpu: 0, seconds: 1, stealSeconds: 0, othersSeconds: 0 }])
})

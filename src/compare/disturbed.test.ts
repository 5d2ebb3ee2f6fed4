import { expect, it } from 'vitest'
import { disturbance } from './disturbed.js'

const cpu = { cpu: 1, seconds: 10, steal_s: 0, others_s: 0 }

it.each([
  ['nobody else', {}, null],
  ['as much as is allowed', { steal_s: 0.1, others_s: 0.5 }, null],
  ['more steal', { steal_s: 0.11 }, 'the hypervisor took 1.1 % of CPU 1 (at most 1 %)'],
  ['more of others', { others_s: 0.52 }, 'others used 5.2 % of CPU 1 (at most 5 %)'],
  ['less than the kernel can count', { seconds: 0.2, steal_s: 0.03, others_s: 0.03 }, null],
])('of a CPU with %s', (_, times, said) => {
  expect(
    disturbance({
      cpus: [
        { ...cpu, cpu: 0 },
        { ...cpu, ...times },
      ],
    }),
  ).toBe(said)
})

it('names each CPU and each cause', () => {
  const both = { ...cpu, steal_s: 5, others_s: 5 }
  expect(disturbance({ cpus: [both, { ...both, cpu: 2 }] })?.match(/of CPU \d/g)).toEqual([
    ...['of CPU 1', 'of CPU 1', 'of CPU 2', 'of CPU 2'],
  ])
  expect(disturbance({})).toBeNull()
})

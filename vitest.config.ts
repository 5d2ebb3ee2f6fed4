import { defineConfig } from 'vitest/config'

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Whoever runs the tests may have a configuration of their own: no test, nor what it starts, may read it.
  env: { XDG_CONFIG_HOME: '/nonexistent' },
}

export default defineConfig({
  test: {
    projects: [
      {
        // What computes and touches nothing outside itself: on all CPUs, the modules loaded once.
        test: {
          ...shared,
          name: 'units',
          include: ['src/**/*.test.ts'],
          exclude: ['src/cli/**'],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // The same, but they replace modules and streams of the process: each file in a world of its own.
        test: {
          ...shared,
          name: 'commands',
          include: ['src/cli/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Two cores carry the tests and the spinning TX/RX threads of the end-to-end ones: files run one at a time.
        test: {
          ...shared,
          name: 'whole',
          include: ['test/**/*.test.ts'],
          fileParallelism: false,
          // What failed on cores that others use as well is tried once more, and named beside the totals.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})

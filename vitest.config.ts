import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Two cores carry the tests and the spinning TX/RX threads of the end-to-end ones: files run one at a time.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Whoever runs the tests may have a configuration of their own: no test, nor what it starts, may read it.
    env: { XDG_CONFIG_HOME: '/nonexistent' },
  },
})

import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// Apart from the other tests, because these build, pack and install first.
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/packed/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    allowOnly: false,
  },
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
      // An example that is a test itself.
      'examples/test-your-app.ts',
    ],
    // test/packed needs `npm run build` first: tools/test.ts runs it as a step of its own.
    exclude: ['**/node_modules/**', 'build/**', 'test/packed/**'],
    // Processes, not threads: tests start servers, change the working directory and measure memory.
    pool: 'forks',
    maxWorkers: 2,
    // What hangs must end; what is slow on a busy machine of two cores must not fail.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // A test that leaves a mock clock or a spy behind must not decide the result of the next one.
    restoreMocks: true,
    // Nothing may be skipped or focused by accident.
    allowOnly: false,
    passWithNoTests: false,
  },
})

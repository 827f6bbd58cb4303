/** Runs a small suite that goes wrong in every way, and expects each to be counted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeClaims } from './run-reporter.ts'
import { runVitest } from './vitest-run.ts'

// Inside the repository, where vitest is found; ignored by git.
const build = resolve(import.meta.dirname, '../build')
mkdirSync(build, { recursive: true })
const folder = mkdtempSync(join(build, 'reporter-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function plant(tests: string): string[] {
  writeFileSync(
    join(folder, 'planted.test.ts'),
    `import { beforeAll, describe, expect, test } from 'vitest'\n${tests}`,
  )
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `export default { root: '${folder}', test: { include: ['*.test.ts'] } }`,
  )
  return ['--root', folder, '--config', join(folder, 'vitest.config.ts')]
}

const reporter = `--reporter=${join(import.meta.dirname, 'run-reporter.ts')}`

test('a suite that goes wrong in every way', async () => {
  const run = await runVitest(
    [
      ...plant(`
describe('a hook breaks', () => { beforeAll(() => { throw new Error('hook') }); test('a', () => {}); test('b', () => {}) })
test('documented', { meta: { claim: { provenance: 'documented', source: 'https://example.org' } } }, () => {})
test('assumed', { meta: { claim: { provenance: 'assumed', source: 'likely' } } }, () => {})
test('refuted', { meta: { claim: { provenance: 'observed', source: 'here' } } }, () => { expect(1).toBe(2) })
test('unknown claim', { meta: { claim: { provenance: 'guessed', source: 'x' } } }, () => {})
test.skip('silent', () => {})
test.todo('later')
test('told', (context) => { context.skip('no such machine') })
`),
      reporter,
    ],
    60,
  )
  expect(run.output).toContain('unknown claim: its claim has no known provenance')
  expect(run.output).toContain('silent: skipped without a reason')
  // The hook, "refuted", "unknown claim", "silent", "later".
  expect(run).toMatchObject({ ok: false, passed: 2, failed: 5, skipped: 1 })
  expect(describeClaims(run.claims)).toBe(
    'emulator claims: 1 documented (50 %), 0 observed (0 %), 1 assumed (50 %)',
  )
})

test('a file that does not even load', async () => {
  const run = await runVitest([...plant("throw new Error('at the door')\n"), reporter], 60)
  expect(run).toMatchObject({ ok: false, passed: 0, failed: 1 })
})

test('a filter that matches nothing', async () => {
  const run = await runVitest([...plant("test('a', () => {})\n"), reporter, 'no-such-file'], 60)
  expect(run).toMatchObject({ ok: false, passed: 0, failed: 1 })
})

import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ManualClock } from '@tockwork/kernel'
import { FileQuotaLedger } from '@tockwork/sdk/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
let clock: ManualClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quota-'))
  clock = new ManualClock('2026-06-01T23:59:00Z')
})
afterEach(() => rmSync(folder, { recursive: true }))

const ledger = (requests = 5) =>
  new FileQuotaLedger(folder, 'key', { clock, limits: { general: { requests } } })

test('two programs count together, each project and quota for itself, until midnight', async () => {
  const [one, other] = [ledger(), ledger()]
  for (const who of [one, other, one, other, one]) expect(await who.take('general')).toBe(true)
  expect(await one.take('general')).toBe(false)
  expect(await other.take('general')).toBe(false)
  await other.record('general', 40)
  expect(await one.state('general')).toMatchObject({
    requests: 5,
    records: 40,
    resetsAt: Date.UTC(2026, 5, 2),
  })
  expect(await one.take('relations')).toBe(true)
  expect(await new FileQuotaLedger(folder, 'another', { clock }).take('general')).toBe(true)
  await clock.advance(60_000)
  expect(await one.take('general')).toBe(true)
  expect((await other.state('general')).requests).toBe(1)
  expect(readdirSync(folder).join()).not.toContain('key')
})

test("TikTok's own word holds for every program; a torn line counts when it is whole", async () => {
  const one = ledger()
  await one.take('general')
  const [file] = readdirSync(folder)
  appendFileSync(join(folder, file as string), '1 ')
  expect((await one.state('general')).requests).toBe(1)
  appendFileSync(join(folder, file as string), '7\n')
  expect(await one.state('general')).toMatchObject({ requests: 2, records: 7 })
  await ledger().refused('general')
  expect(await one.take('general')).toBe(false)
})

test('old days are removed', async () => {
  writeFileSync(join(folder, 'x-general-2026-01-01.quota'), '1 0\n')
  await ledger().state('general')
  expect(readdirSync(folder).some((name) => name.includes('2026-01-01'))).toBe(false)
})

test('four processes at once never take more than there is', async () => {
  const child = `
    import { FileQuotaLedger } from '@tockwork/sdk/node'
    const ledger = new FileQuotaLedger(process.argv[1], 'key', { limits: { general: { requests: 100 } } })
    let taken = 0
    while (await ledger.take('general')) taken += 1
    console.log(taken)`
  const run = promisify(execFile)
  const takers = Array.from({ length: 4 }, () =>
    run(process.execPath, ['--input-type=module', '-e', child, folder], { cwd: import.meta.dirname }),
  )
  const taken = (await Promise.all(takers)).map(({ stdout }) => Number(stdout))
  const sum = taken.reduce((total, n) => total + n, 0)
  // Those that met at the last one all gave back: a few may be left, never one too many.
  expect(sum).toBeLessThanOrEqual(100)
  expect(sum).toBeGreaterThanOrEqual(97)
})

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseTests, systemPostgres } from './system-postgres.ts'

const ROOT = resolve(import.meta.dirname, '..')

describe('a PostgreSQL of the machine', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tockwork-system-postgres-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function program(name: string, version: string): string {
    const bin = join(folder, name, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'postgres'), `#!/bin/sh\necho 'postgres (PostgreSQL) ${version}'\n`)
    chmodSync(join(bin, 'postgres'), 0o755)
    return bin
  }

  test('is the newest that is new enough', () => {
    program('13', '13.20')
    expect(systemPostgres('', `${folder}/*/bin`)).toBeUndefined()
    program('15', '15.14 (Debian 15.14-0+deb12u1)')
    const path = program('elsewhere', '17.2')
    expect(systemPostgres('', `${folder}/1*/bin`)).toBe('15.14')
    expect(systemPostgres(path, `${folder}/1*/bin`)).toBe('17.2')
  })
})

test('the tests that have a database are found, also where it comes from what they import, and no others', () => {
  const found = databaseTests(ROOT)
  expect(found).toContain('packages/hub/test/storage.test.ts')
  expect(found).toContain('packages/hub/test/publishing/publish.test.ts')
  expect(found).not.toContain('packages/hub/test/config.test.ts')
  expect(found.filter((file) => file.includes('.browser.'))).toEqual([])
  // It starts servers of its own, and only borrows a folder from where databases are made.
  expect(found).not.toContain('packages/hub/test/embedded.test.ts')
  expect(found).not.toContain('packages/hub/src/tokens/refresh-policy.test.ts')
})

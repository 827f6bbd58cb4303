import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCodeUsage } from '../code/code-usage.ts'
import { checkCode } from './check-code.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-code-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function found(source: string, name = 'app.ts'): Promise<string[]> {
  await writeFile(join(folder, name), source)
  return checkCode(await readCodeUsage(folder)).map(({ rule, level, where }) => `${level} ${rule} ${where}`)
}

const WELL = [
  "const scopes = ['user.info.basic', 'video.list']",
  "await fetch('https://open.tiktokapis.com/v2/video/list/?fields=id')",
]

test('nothing in code that asks for what it uses', async () => {
  expect(await found(WELL.join('\n'))).toEqual([])
})

test('a scope that nothing uses', async () => {
  expect(await found([...WELL, "scopes.push('video.upload')"].join('\n'))).toEqual([
    'warning scope-unused app.ts:3',
  ])
})

test('a call whose scope is never asked for', async () => {
  expect(await found([...WELL, 'await creator.posts.publishVideo({})'].join('\n'))).toEqual([
    'error scope-unasked app.ts:3',
  ])
})

test('a field that needs a scope since the migration', async () => {
  const source = [...WELL, "await creator.user.info(['follower_count'])"].join('\n')
  expect(await found(source)).toEqual(['error scope-unasked app.ts:3'])
})

test('http, and an address that has ended, in another language', async () => {
  expect(await found('post("http://open-api.tiktok.com/oauth/access_token/")', 'old.py')).toEqual([
    'error http-base-url old.py:1',
    'error retired-endpoint old.py:1',
  ])
})

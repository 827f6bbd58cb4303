/** `login --business` and `call business…` against an emulator in this process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHere } from './in-process.ts'

let emulator: Emulator
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  emulator = await startEmulator({ seed: 'cli' })
  folder = mkdtempSync(join(tmpdir(), 'tockwork-cli-business-'))
  env = { TOCKWORK_TIKTOK_ORIGIN: emulator.origin, TOCKWORK_DATA_DIR: folder }
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => runHere(args, { cwd: folder, env })
const call = async (...args: string[]) => JSON.parse((await run('call', ...args)).stdout)

test('an account is connected, and called with its business_id filled in', async () => {
  const login = await run('login', '--business', '--user', 'mika', '--json')
  expect([login.code, login.stderr]).toEqual([0, ''])
  const connected = JSON.parse(login.stdout)
  expect(connected).toMatchObject({ app: '7000000000000000001', username: 'mika', missing_scopes: [] })
  const audience = await call('business.get', '--query', 'fields=["username","audience_ages"]')
  expect(audience).toMatchObject({ username: 'mika', audience_ages: expect.any(Array) })
  const { videos } = await call('/open_api/v1.3/business/video/list/', '--query', 'max_count=2')
  const [{ item_id }] = videos
  const written = await call(
    'business.commentCreate',
    '--json',
    JSON.stringify({ video_id: item_id, text: 'Hello' }),
  )
  expect(written).toMatchObject({ video_id: item_id, text: 'Hello' })
  // What TikTok says no to is explained, by its code.
  const refused = await run('call', 'business.commentDelete', '--json', '{"comment_id":"1"}')
  expect(refused.code).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('40007')
  // The accounts of the other platform are others.
  expect(JSON.parse((await run('accounts', '--json')).stdout).accounts).toEqual([])
})

test('what does not fit is told before anything is sent, with the field', async () => {
  const before = emulator.requests().length
  const wrong = await run('call', 'business.get', '--query', 'fields=["shoe_size"]')
  expect(wrong.code).not.toBe(0)
  expect(wrong.stdout + wrong.stderr).toContain('fields.0')
  const secret = await run('call', 'business.exchangeCode', '--json', '{}')
  expect(secret.stdout + secret.stderr).toContain('login --business')
  expect(emulator.requests().length).toBe(before)
})

test('the endpoints are listed by themselves', async () => {
  const { stdout } = await run('call', '--list', '--api', 'business', '--json')
  const ids = JSON.parse(stdout).endpoints.map(({ id }: { id: string }) => id)
  expect(ids).toContain('business.commentList')
  expect(ids.every((id: string) => id.startsWith('business.'))).toBe(true)
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Running, Shop } from './tockwork.ts'

let shop: Shop

beforeEach(async () => {
  shop = await Shop.open()
  await shop.run(['sample', 'clip.mp4'])
})
afterEach(() => shop.close())

const slow = '{"match":{"method":"PUT"},"times":1,"action":{"delay_ms":30000}}'

async function uploadingRecord(): Promise<string | undefined> {
  const folder = join(shop.folder, '.tockwork/cli/emulator/posts')
  const names = await readdir(folder).catch(() => [] as string[])
  const name = names.find((each) => each.endsWith('.json'))
  return name === undefined ? undefined : readFile(join(folder, name), 'utf8')
}

/** The record is written before the bytes leave: only now does the fault hold them, and not those of a later try. */
async function untilHeld(post: Running): Promise<void> {
  await post.until(async () => (await shop.json('emulator', 'faults')).value.faults[0].fired === 1)
}

test('an emulator that is killed keeps logins and posts', async () => {
  const first = await shop.emulate()
  await shop.run(['login', '--user', 'mika'])
  const posted = await shop.json('post', 'clip.mp4', '--privacy', 'public')
  expect(posted.code).toBe(0)
  await first.kill('SIGKILL')
  expect((await shop.run(['whoami'])).stderr).toContain('no emulator answers here')
  // Its record is still there, and must not keep the next one out.
  await shop.emulate()
  expect((await shop.json('whoami')).value.user.username).toBe('mika')
  const status = await shop.json('status', posted.value.publish_id)
  expect(status.value).toMatchObject({ status: 'PUBLISH_COMPLETE', post_ids: posted.value.post_ids })
})

test('a post whose command was killed in the upload goes on', async () => {
  await shop.emulate()
  await shop.run(['login', '--user', 'mika'])
  await shop.run(['emulator', 'faults', '--add', slow])
  const post = shop.start(['post', 'clip.mp4', '--privacy', 'public'])
  await post.until(async () => (await uploadingRecord())?.includes('"uploading"') === true)
  await untilHeld(post)
  await post.kill('SIGKILL')
  expect(await uploadingRecord()).toContain('upload_token')
  const resumed = await shop.json('post', '--resume')
  expect(resumed).toMatchObject({ code: 0, value: { status: 'PUBLISH_COMPLETE' } })
  // The upload address has done its work.
  expect(await uploadingRecord()).not.toContain('upload_token')
  expect((await shop.json('post', '--resume')).value.error.code).toBe('nothing_to_resume')
  expect((await shop.json('videos', '--limit', '1')).value.videos[0].id).toBe(resumed.value.post_ids[0])
})

test('Ctrl-C in the upload says how to go on, and a changed file is not glued to the old bytes', async () => {
  await shop.emulate()
  await shop.run(['login', '--user', 'mika'])
  await shop.run(['emulator', 'faults', '--add', slow])
  const post = shop.start(['post', 'clip.mp4', '--privacy', 'private'])
  await post.until(async () => (await uploadingRecord())?.includes('"uploading"') === true)
  const { code, stderr } = await post.kill('SIGINT')
  expect(code).toBe(130)
  expect(stderr).toMatch(/--resume 'v_pub_file/)
  expect(stderr).not.toContain('upload_token')
  await shop.run(['sample', 'clip.mp4', '--seconds', '3', '--force'])
  const resumed = await shop.json('post', '--resume')
  expect(resumed).toMatchObject({ code: 2, value: { error: { code: 'source_changed' } } })
})

test('a download that may have been asked for is not asked for again unseen', async () => {
  await shop.emulate()
  await shop.run(['login', '--user', 'mika'])
  await shop.run(['sample', 'a.jpg'])
  const lost = '{"match":{"endpoint":"posting.initContent"},"times":1,"action":{"drop":"after"}}'
  await shop.run(['emulator', 'faults', '--add', lost])
  const args = ['post', 'a.jpg', '--privacy', 'private']
  expect((await shop.json(...args)).code).toBe(5)
  const again = await shop.json(...args)
  expect(again).toMatchObject({ code: 2, value: { error: { code: 'may_be_posted' } } })
  expect((await shop.json(...args, '--again')).value.status).toBe('PUBLISH_COMPLETE')
})

test('two emulators do not work on one folder', async () => {
  const { origin } = await shop.emulate()
  const second = await shop.json('emulate')
  expect(second).toMatchObject({ code: 1, value: { error: { code: 'emulator_running' } } })
  expect((await shop.json('dev')).value).toMatchObject({ emulator: origin, already_running: true })
})

test('it stops cleanly, and a port that is taken is told', async () => {
  const dev = shop.start(['dev', '--json'])
  const { emulator } = JSON.parse(await dev.line())
  const port = new URL(emulator).port
  const other = await shop.json('emulate', '--data-dir', 'other', '--port', port)
  expect(other.value.error).toMatchObject({ code: 'emulator_running' })
  const { createServer } = await import('node:net')
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const taken = (server.address() as { port: number }).port
  const refused = await shop.run(['emulate', '--data-dir', 'other', '--port', String(taken)])
  server.close()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/taken by another program[\s\S]*--port/)
  expect((await dev.kill('SIGTERM')).code).toBe(0)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { Session } from './in-process.ts'
import { Shop } from './tockwork.ts'

let shop: Shop
let origin: string

beforeAll(async () => {
  shop = await Shop.open()
  origin = (await shop.emulate()).origin
  await shop.run(['login', '--user', 'mika'])
  await shop.run(['sample', 'clip.mp4'])
})
afterAll(() => shop.close())

const DOWN = '\x1b[B'
const ENTER = '\r'
const SPACE = ' '

async function lastPost(): Promise<Record<string, unknown> | undefined> {
  const { publishes } = (await (await fetch(`${origin}/_emulator/publishes`)).json()) as {
    publishes: { postInfo: Record<string, unknown> }[]
  }
  return publishes.at(-1)?.postInfo
}

test('a person at a terminal is asked for what TikTok wants them to choose', async () => {
  const { code, stdout, stderr } = await new Session({ cwd: shop.folder })
    .atTerminal([
      // Enter alone does not choose: nothing is preselected.
      [/Who may see it on @mika/, ENTER],
      [/Who may see it on @mika/, `${DOWN}${DOWN}${DOWN}`],
      [/Only you/, ENTER],
      [/Let others/, `${SPACE}${ENTER}`],
      [/Does it promote/, ENTER],
    ])
    .run(['post', 'clip.mp4', '--title', 'Hello'])
  expect(stderr).toContain('Music Usage Confirmation')
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('PUBLISH_COMPLETE') })
  expect(await lastPost()).toMatchObject({
    title: 'Hello',
    privacy_level: 'SELF_ONLY',
    disable_comment: false,
    disable_duet: true,
    disable_stitch: true,
    brand_content_toggle: false,
    brand_organic_toggle: false,
  })
})

test('what is given by flags is not asked for', async () => {
  const args = [
    'post',
    'clip.mp4',
    '--privacy',
    'public',
    '--no-comment',
    '--duet',
    '--no-stitch',
    '--brand-organic',
  ]
  const { code, stdout } = await new Session({ cwd: shop.folder }).atTerminal([]).run(args)
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining('Let others') })
  expect(await lastPost()).toMatchObject({
    privacy_level: 'PUBLIC_TO_EVERYONE',
    disable_comment: true,
    disable_duet: false,
    disable_stitch: true,
    brand_organic_toggle: true,
  })
})

test('giving up a question sends nothing', async () => {
  const before = await lastPost()
  const { code, stderr } = await new Session({ cwd: shop.folder })
    .atTerminal([[/Who may see it/, '\x03']])
    .run(['post', 'clip.mp4'])
  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('nothing was sent') })
  expect(await lastPost()).toEqual(before)
})

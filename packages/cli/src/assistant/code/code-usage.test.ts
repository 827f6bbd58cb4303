import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCodeUsage, scopesUnused, scopesUsed } from './code-usage.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tockwork-code-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('calls of the SDK, addresses in any language, scopes and fields, each with file and line', async () => {
  await mkdir(join(folder, 'node_modules/x'), { recursive: true })
  await writeFile(join(folder, 'node_modules/x/i.js'), "fetch('/v2/user/data/add/')")
  await writeFile(
    join(folder, 'app.ts'),
    [
      "const scopes = 'user.info.basic,video.publish,video.list'",
      'await tiktok.as(id).posts.publishVideo({ title: `x` })',
      "await creator.user.info(['follower_count'])",
    ].join('\n'),
  )
  await writeFile(join(folder, 'app.test.ts'), "creator.videos.list(['id'])")
  await writeFile(join(folder, 'old.py'), 'requests.post("http://open-api.tiktok.com/oauth/access_token/")\n')
  await writeFile(
    join(folder, 'q.php'),
    "<?php\n$url = 'https://open.tiktokapis.com/v2/video/query/?fields=id';\n",
  )
  const usage = await readCodeUsage(folder)
  expect(usage.files).toBe(3)
  expect(Object.fromEntries(usage.calls)).toEqual({
    'posting.initVideo': [{ file: 'app.ts', line: 2 }],
    'display.userInfo': [{ file: 'app.ts', line: 3 }],
    'display.videoQuery': [{ file: 'q.php', line: 2 }],
  })
  expect(usage.addresses).toContainEqual({
    address: 'http://open-api.tiktok.com/oauth/access_token/',
    place: { file: 'old.py', line: 1 },
  })
  expect(scopesUsed(usage).map(({ scope, by }) => [scope, by.map(({ what }) => what)])).toEqual([
    ['user.info.basic', ['display.userInfo']],
    ['user.info.stats', ['field follower_count']],
    ['video.list', ['display.videoQuery']],
    ['video.publish', ['posting.initVideo']],
  ])
  expect(scopesUnused(usage)).toEqual([])
  expect(scopesUnused(usage, ['user.info.basic', 'video.upload'])).toEqual(['video.upload'])
})

test('a folder that is not there is told by the option', async () => {
  await expect(readCodeUsage(join(folder, 'gone'))).rejects.toMatchObject({ field: '--code' })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { assumed, documented } from './claim.ts'
import { connect, frozenEmulator } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const INFO = '/v2/user/info/'

describe('user info', () => {
  test('answers just the requested fields', documented('tiktok-api-v2-get-user-info'), async () => {
    const mika = await connect(emulator)
    const { body } = await mika.get(`${INFO}?fields=open_id,username,follower_count`)
    expect(body.data.user).toEqual({ open_id: mika.openId, username: 'mika', follower_count: 48_200 })
    expect(body.error).toMatchObject({ code: 'ok', message: '' })
  })

  test(
    'a field whose scope is missing is scope_permission_missed, naming both',
    documented('user-info-scope-migration'),
    async () => {
      const mika = await connect(emulator, 'mika', { scope: 'user.info.basic' })
      for (const [field, scope] of [
        ['follower_count', 'user.info.stats'],
        ['bio_description', 'user.info.profile'],
      ]) {
        const { status, body } = await mika.get(`${INFO}?fields=open_id,${field}`)
        expect([status, body.error.code]).toEqual([400, 'scope_permission_missed'])
        expect(body.error.message).toContain(`${field} needs the scope ${scope}`)
      }
    },
  )

  test(
    'fields is required, and an unknown field is named',
    documented('tiktok-api-v2-get-user-info'),
    async () => {
      const mika = await connect(emulator)
      expect((await mika.get(INFO)).body.error).toMatchObject({
        code: 'invalid_params',
        message: 'fields: is required',
      })
      const wrong = await mika.get(`${INFO}?fields=open_id,shoe_size`)
      expect(wrong.body.error.code).toBe('invalid_params')
      expect(wrong.body.error.message).toMatch(/^fields\.1/)
    },
  )

  test(
    'union_id is the same in two apps, open_id is not',
    documented('tiktok-api-v2-get-user-info'),
    async () => {
      const one = await connect(emulator)
      const two = await connect(emulator, 'mika', {
        app: { client_key: 'tw-unaudited-app', client_secret: 'tw-unaudited-secret' },
      })
      const ids = await Promise.all(
        [one, two].map(async (c) => (await c.get(`${INFO}?fields=open_id,union_id`)).body.data.user),
      )
      expect(ids[0].union_id).toBe(ids[1].union_id)
      expect(ids[0].open_id).not.toBe(ids[1].open_id)
    },
  )

  test(
    'a missing token and a wrong one are access_token_invalid',
    documented('tiktok-api-v2-error-handling'),
    async () => {
      for (const headers of [{}, { authorization: 'Bearer act.wrong' }]) {
        const response = await fetch(`${emulator.origin}${INFO}?fields=open_id`, {
          headers: headers as Record<string, string>,
        })
        expect(response.status).toBe(401)
        expect(((await response.json()) as { error: { code: string } }).error.code).toBe(
          'access_token_invalid',
        )
      }
    },
  )
})

describe('videos', () => {
  test(
    'the list is newest first and pages by a cursor in milliseconds',
    documented('tiktok-api-v2-video-list'),
    async () => {
      const mika = await connect(emulator)
      const seen: { id: string; create_time: number }[] = []
      let cursor: number | undefined
      for (let pages = 0; pages < 10; pages += 1) {
        const { body } = await mika.as('/v2/video/list/?fields=id,create_time', {
          max_count: 20,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...body.data.videos)
        if (!body.data.has_more) break
        cursor = body.data.cursor
        expect(cursor).toBeGreaterThan(1e12)
      }
      expect(seen).toHaveLength(34)
      expect(new Set(seen.map((v) => v.id)).size).toBe(34)
      expect(seen.map((v) => v.create_time)).toEqual(
        [...seen.map((v) => v.create_time)].sort((a, b) => b - a),
      )
    },
  )

  test(
    'ten by default, more than twenty is refused naming the field',
    documented('tiktok-api-v2-video-list'),
    async () => {
      const mika = await connect(emulator)
      expect((await mika.as('/v2/video/list/?fields=id')).body.data.videos).toHaveLength(10)
      const { status, body } = await mika.as('/v2/video/list/?fields=id', { max_count: 21 })
      expect([status, body.error.code]).toEqual([400, 'invalid_params'])
      expect(body.error.message).toMatch(/^max_count/)
    },
  )

  test('a private account lists nothing', documented('tiktok-api-v2-video-list'), async () => {
    const noor = await connect(emulator, 'noor')
    expect((await noor.as('/v2/video/list/?fields=id')).body.data).toMatchObject({
      videos: [],
      has_more: false,
    })
  })

  test(
    'query answers own ids as strings and leaves out foreign and unknown ones',
    assumed('not documented whether they are left out or refused'),
    async () => {
      const mika = await connect(emulator)
      const lane = await connect(emulator, 'lane')
      const own = (await mika.as('/v2/video/list/?fields=id', { max_count: 2 })).body.data.videos.map(
        (v: { id: string }) => v.id,
      )
      const foreign = (await lane.as('/v2/video/list/?fields=id', { max_count: 1 })).body.data.videos[0].id
      const { body } = await mika.as('/v2/video/query/?fields=id,title', {
        filters: { video_ids: [...own, foreign, '7000000000000000000'] },
      })
      expect(body.data.videos.map((v: { id: string }) => v.id)).toEqual(own)
    },
  )

  test('at most twenty ids', documented('tiktok-api-v2-video-query'), async () => {
    const mika = await connect(emulator)
    const ids = Array.from({ length: 21 }, (_, i) => String(7_000_000_000_000_000_000n + BigInt(i)))
    const { body } = await mika.as('/v2/video/query/?fields=id', { filters: { video_ids: ids } })
    expect(body.error.code).toBe('invalid_params')
    expect(body.error.message).toBe('filters.video_ids: at most 20 ids')
  })

  test('counters grow with the clock and never fall', assumed('the emulated audience'), async () => {
    const mika = await connect(emulator)
    const read = async () =>
      (await mika.as('/v2/video/list/?fields=view_count,like_count', { max_count: 1 })).body.data.videos[0]
    const before = await read()
    await emulator.advance(3600)
    const later = await read()
    expect(later.view_count).toBeGreaterThan(before.view_count)
    expect(later.like_count).toBeGreaterThanOrEqual(before.like_count)
  })

  test('a cover link can be fetched', documented('tiktok-api-v2-video-object'), async () => {
    const mika = await connect(emulator)
    const { body } = await mika.as('/v2/video/list/?fields=cover_image_url', { max_count: 1 })
    const picture = await fetch(body.data.videos[0].cover_image_url)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
  })

  test(
    'without video.list the call is scope_not_authorized (401)',
    documented('tiktok-api-v2-error-handling'),
    async () => {
      const mika = await connect(emulator, 'mika', { scope: 'user.info.basic' })
      expect(await mika.as('/v2/video/list/?fields=id')).toMatchObject({
        status: 401,
        body: { error: { code: 'scope_not_authorized' } },
      })
    },
  )
})

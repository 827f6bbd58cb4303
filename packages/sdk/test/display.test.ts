import { ContractError, TikTok, UsageError, type User } from '@tockwork/sdk'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { fakeServer, ok, type Received, type Reply, refuse } from './fake-server.ts'
import { failure } from './with-clock.ts'

async function world(answer: (request: Received) => Reply) {
  const server = await fakeServer(answer)
  return { server, creator: new TikTok({ clientKey: 'k', origin: server.origin }).withToken('act.x') }
}

/** A video list of `total` videos, the newest at cursor 1000 * total. */
function listOf(total: number): (request: Received) => Reply {
  return ({ body }) => {
    const { cursor, max_count } = JSON.parse(body) as { cursor?: number; max_count: number }
    const before = cursor === undefined ? total : Math.ceil(cursor / 1000)
    const videos = Array.from({ length: Math.min(max_count, before) }, (_, i) => ({
      id: String(before - 1 - i),
      title: 't',
    }))
    const last = before - videos.length
    return ok({ videos, cursor: last * 1000, has_more: last > 0 })
  }
}

describe('user info', () => {
  test('the documented sample', async () => {
    const sample = {
      avatar_url: 'https://p19-sign.tiktokcdn-us.com/…~c5_168x168.jpeg',
      open_id: '723f24d7-e717-40f8-a2b6-cb8464cd23b4',
      union_id: 'c9c60f44-a68e-4f5d-84dd-ce22faeb0ba1',
    }
    const { server, creator } = await world(() => ok({ user: sample }))
    await using _ = server
    const user = await creator.user.info(['open_id', 'union_id', 'avatar_url'])
    expect(user).toEqual(sample)
    expectTypeOf(user).toEqualTypeOf<{ open_id: string; union_id: string; avatar_url: string }>()
    const [request] = server.requests
    expect([request?.method, request?.path, request?.body]).toEqual(['GET', '/v2/user/info/', ''])
  })

  test('types follow the fields', () => {
    expectTypeOf<User['follower_count']>().toEqualTypeOf<number | undefined>()
    const ask = (creator: ReturnType<TikTok['as']>) => creator.user.info(['follower_count', 'is_verified'])
    expectTypeOf(ask).returns.resolves.toEqualTypeOf<{ follower_count: number; is_verified: boolean }>()
    // @ts-expect-error no such field
    const wrong = (creator: ReturnType<TikTok['as']>) => creator.user.info(['followers'])
    expect([ask, wrong]).toHaveLength(2)
  })

  test('an unknown field is refused before sending, and named', async () => {
    const { server, creator } = await world(() => ok({}))
    await using _ = server
    const error = await failure(creator.user.info(['followers' as 'open_id']))
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).field).toContain('fields')
    expect(server.requests).toHaveLength(0)
  })

  test('no field at all is refused before sending', async () => {
    const { server, creator } = await world(() => ok({}))
    await using _ = server
    const none = [[], undefined, 'open_id'] as unknown as 'open_id'[][]
    for (const fields of none) {
      expect(await failure(creator.user.info(fields))).toMatchObject({ name: 'UsageError', field: 'fields' })
      const listing = (async () => {
        for await (const _video of creator.videos.list({ fields: fields as never })) break
      })()
      expect(await failure(listing)).toMatchObject({ name: 'UsageError', field: 'fields' })
    }
    expect(server.requests).toHaveLength(0)
  })

  test('a field that TikTok leaves out is no error', async () => {
    const { server, creator } = await world(() => ok({ user: { open_id: 'a' } }))
    await using _ = server
    expect(await creator.user.info(['open_id', 'bio_description'])).toEqual({ open_id: 'a' })
  })
})

describe('the video list', () => {
  test.each([0, 1, 20, 21, 45])('%i videos, each once, newest first', async (total) => {
    const { server, creator } = await world(listOf(total))
    await using _ = server
    const ids: string[] = []
    for await (const video of creator.videos.list({ fields: ['id', 'title'] })) {
      expectTypeOf(video).toEqualTypeOf<{ id: string; title: string }>()
      ids.push(video.id)
    }
    expect(ids).toEqual(Array.from({ length: total }, (_, i) => String(total - 1 - i)))
    expect(server.requests).toHaveLength(Math.max(1, Math.ceil(total / 20)))
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v2/video/list/' })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ max_count: 20 })
  })

  test('pages, from a date on, of a size', async () => {
    const { server, creator } = await world(listOf(45))
    await using _ = server
    const pages = []
    for await (const page of creator.videos
      .list({ fields: ['id'], pageSize: 7, before: new Date(15_000) })
      .pages()) {
      pages.push([page.videos.length, page.cursor, page.hasMore])
    }
    expect(pages).toEqual([
      [7, '8000', true],
      [7, '1000', true],
      [1, '0', false],
    ])
    // An int64 goes out as a number.
    expect(server.requests[0]?.body).toContain('"cursor":15000')
  })

  test('stopping early asks for no more', async () => {
    const { server, creator } = await world(listOf(100))
    await using _ = server
    for await (const _video of creator.videos.list({ fields: ['id'] })) break
    expect(server.requests).toHaveLength(1)
  })

  test('a cursor that does not move ends with an error, not never', async () => {
    const { server, creator } = await world(() => ok({ videos: [{ id: '1' }], cursor: 5, has_more: true }))
    await using _ = server
    const all = async (): Promise<void> => {
      for await (const _video of creator.videos.list({ fields: ['id'] }));
    }
    const error = await failure(all())
    expect(error).toBeInstanceOf(ContractError)
    expect(error).toMatchObject({ code: 'cursor_stuck' })
  })

  test.each([[{ pageSize: 21 }], [{ pageSize: 0 }], [{ before: 'yesterday' }], [{ before: new Date('x') }]])(
    '%j is refused before sending',
    async (options) => {
      const { server, creator } = await world(() => ok({}))
      await using _ = server
      const pages = creator.videos.list({ fields: ['id'], ...options }).pages()
      expect(await failure(pages.next())).toBeInstanceOf(UsageError)
      expect(server.requests).toHaveLength(0)
    },
  )

  test('a refusal in the middle comes through', async () => {
    let calls = 0
    const { server, creator } = await world((request) => {
      calls += 1
      return calls === 2 ? refuse(401, 'access_token_invalid') : listOf(45)(request)
    })
    await using _ = server
    let seen = 0
    const all = async (): Promise<void> => {
      for await (const _video of creator.videos.list({ fields: ['id'] })) seen += 1
    }
    expect(await failure(all())).toMatchObject({ code: 'access_token_invalid', needs: 'refresh' })
    expect(seen).toBe(20)
  })
})

describe('video query', () => {
  test('any number of ids, 20 at a time, each once', async () => {
    const { server, creator } = await world(({ body }) => {
      const { filters } = JSON.parse(body) as { filters: { video_ids: string[] } }
      return ok({ videos: filters.video_ids.map((id) => ({ id, view_count: 1 })) })
    })
    await using _ = server
    const ids = Array.from({ length: 45 }, (_, i) => `76412345678901234${String(i).padStart(2, '0')}`)
    const videos = await creator.videos.query([...ids, ...ids], ['id', 'view_count'])
    expect(videos.map((video) => video.id)).toEqual(ids)
    expect(server.requests).toHaveLength(3)
    expect(await creator.videos.query([], ['id'])).toEqual([])
    expect(server.requests).toHaveLength(3)
  })
})

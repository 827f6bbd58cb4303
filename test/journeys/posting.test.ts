import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSampleVideo, writeSampleVideo } from '@tockwork/media/sample'
import { AuthError, PublishFailedError, TransportError } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'
import { startTestkit } from '@tockwork/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const CLIP = makeSampleVideo({ durationSec: 1 })
let folder: string
let big: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-journey-'))
  big = join(folder, 'big.mp4')
  await writeSampleVideo(big, { durationSec: 2, padToBytes: 25_000_123 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a post from file to public', () => {
  test('small bytes, and what comes out in the video list', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    const post = await creator.posts.publishVideo({
      source: CLIP,
      title: 'from the SDK',
      privacyLevel: 'PUBLIC_TO_EVERYONE',
    })
    const status = await kit.settle(post.completed({ until: 'public' }))
    expect(status.postIds).toEqual([expect.stringMatching(/^\d{19}$/)])
    const newest = await creator.videos
      .list({ fields: ['id', 'title'] })
      [Symbol.asyncIterator]()
      .next()
    expect(newest.value).toEqual({ id: status.postIds[0], title: 'from the SDK' })
  })

  test('a file of several chunks, a 5xx and a cut connection on the way', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    kit.emulator.addFault({
      match: { endpoint: 'posting.uploadMedia', nth: 2 },
      action: { status: 502, body: 'bad gateway' },
    })
    kit.emulator.addFault({
      match: { endpoint: 'posting.uploadMedia', nth: 2 },
      action: { cut_request_after_bytes: 300_000 },
    })
    const progress: number[] = []
    const post = await kit.settle(
      creator.posts.publishVideo({
        source: fileSource(big),
        privacyLevel: 'SELF_ONLY',
        chunkSize: 6_000_000,
        onProgress: ({ sentBytes }) => progress.push(sentBytes),
      }),
    )
    expect((await kit.settle(post.completed())).status).toBe('PUBLISH_COMPLETE')
    expect(progress.at(-1)).toBe(25_000_123)
    expect(kit.emulator.world.publishes.size).toBe(1)
  })

  test('a chunk whose answer is lost is not sent twice', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    kit.emulator.addFault({ match: { endpoint: 'posting.uploadMedia', nth: 1 }, action: { drop: 'after' } })
    const post = await kit.settle(
      creator.posts.publishVideo({
        source: fileSource(big),
        privacyLevel: 'SELF_ONLY',
        chunkSize: 6_000_000,
      }),
    )
    expect((await kit.settle(post.completed())).status).toBe('PUBLISH_COMPLETE')
    const taken = kit.emulator
      .requests()
      .filter(
        (r) =>
          r.endpoint === 'posting.uploadMedia' && (r.status === 206 || r.status === 201 || r.status === 0),
      )
    expect(taken).toHaveLength(4)
  })

  test('a process that died goes on at the right byte', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    const stop = new AbortController()
    let kept: { publishId: string; uploadUrl?: string; chunkSize?: number } | undefined
    const dying = creator.posts.publishVideo({
      source: fileSource(big),
      privacyLevel: 'SELF_ONLY',
      chunkSize: 6_000_000,
      signal: stop.signal,
      onInit: (started) => {
        kept = started as typeof kept
      },
      onProgress: ({ sentBytes }) => {
        if (sentBytes >= 6_000_000) stop.abort(new Error('the process dies'))
      },
    })
    await expect(kit.settle(dying)).rejects.toThrow('the process dies')
    const post = await kit.settle(
      creator.posts.resumeUpload({
        publishId: kept?.publishId ?? '',
        uploadUrl: kept?.uploadUrl ?? '',
        chunkSize: kept?.chunkSize,
        source: fileSource(big),
      }),
    )
    expect((await kit.settle(post.completed())).status).toBe('PUBLISH_COMPLETE')
    expect(kit.emulator.world.publishes.size).toBe(1)
  })

  test('the access token ends in the middle of an upload, and nobody notices', async () => {
    await using kit = await startTestkit({ emulator: { settings: { accessTokenSeconds: 600 } } })
    const { creator } = await kit.connect()
    let jumped = false
    const post = await kit.settle(
      creator.posts.publishVideo({
        source: fileSource(big),
        privacyLevel: 'SELF_ONLY',
        chunkSize: 6_000_000,
        onProgress: () => {
          if (!jumped) kit.emulator.clock.advance(700_000)
          jumped = true
        },
      }),
    )
    expect((await kit.settle(post.completed())).status).toBe('PUBLISH_COMPLETE')
    expect(jumped).toBe(true)
  })

  test('a refused file is a typed error with the reason and the way out', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    const post = await creator.posts.publishVideo({
      source: makeSampleVideo({ durationSec: 1, frameRate: 15 }),
      privacyLevel: 'SELF_ONLY',
    })
    const error = await kit.settle(post.completed().catch((e: unknown) => e))
    expect(error).toBeInstanceOf(PublishFailedError)
    expect(error).toMatchObject({
      code: 'frame_rate_check_failed',
      retry: 'never',
      action: expect.stringContaining('30 or 60'),
    })
  })
})

describe('exactly once', () => {
  test('an upload’s init whose answer was lost is made again: one post in the end', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    kit.emulator.addFault({ match: { endpoint: 'posting.initVideo', nth: 1 }, action: { drop: 'after' } })
    const post = await kit.settle(
      creator.posts.publishVideo({ source: CLIP, privacyLevel: 'PUBLIC_TO_EVERYONE' }),
    )
    await kit.settle(post.completed({ until: 'public' }))
    await kit.emulator.advance(4000)
    const complete = [...kit.emulator.world.publishes.values()].filter((p) => p.state === 'PUBLISH_COMPLETE')
    expect(complete.map((p) => p.id)).toEqual([post.publishId])
  })

  test('a pull’s init whose answer was lost is never repeated: the outcome is unknown, and says so', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    kit.emulator.addFault({ match: { endpoint: 'posting.initVideo', nth: 1 }, action: { drop: 'after' } })
    const error = await kit.settle(
      creator.posts
        .publishVideo({ source: { url: 'http://127.0.0.1:9/none.mp4' }, privacyLevel: 'SELF_ONLY' })
        .catch((e: unknown) => e),
    )
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ sent: 'maybe', retry: 'outcome-unknown' })
    expect(kit.emulator.world.publishes.size).toBe(1)
  })

  test('a pull’s init answered with 500 is not repeated either', async () => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect()
    kit.emulator.addFault({ match: { endpoint: 'posting.initVideo' }, action: { code: 'internal_error' } })
    await expect(
      kit.settle(
        creator.posts.publishVideo({
          source: { url: 'http://127.0.0.1:9/none.mp4' },
          privacyLevel: 'SELF_ONLY',
        }),
      ),
    ).rejects.toMatchObject({ retry: 'outcome-unknown' })
    expect(kit.emulator.requests().filter((r) => r.path.endsWith('/video/init/'))).toHaveLength(1)
  })
})

describe('tokens', () => {
  test('a hundred callers with a lapsed token make one refresh, and the rotated pair is kept', async () => {
    await using kit = await startTestkit()
    const { creator, openId } = await kit.connect()
    await kit.emulator.advance(86_500)
    const names = await Promise.all(Array.from({ length: 100 }, () => creator.user.info(['display_name'])))
    expect(new Set(names.map((n) => n.display_name))).toEqual(new Set(['Mika']))
    const refreshes = () => kit.emulator.requests().filter((r) => r.endpoint === 'oauth.refreshToken')
    expect(refreshes()).toHaveLength(1)
    await kit.emulator.advance(86_500)
    expect((await kit.tiktok.as(openId).user.info(['open_id'])).open_id).toBe(openId)
    expect(refreshes()).toHaveLength(2)
  })

  test('a refresh whose answer was lost: with grace it recovers, without it asks to reconnect', async () => {
    for (const [refreshRotation, recovers] of [
      ['grace', true],
      ['rotate', false],
    ] as const) {
      await using kit = await startTestkit({ emulator: { settings: { refreshRotation } } })
      const { creator } = await kit.connect()
      await kit.emulator.advance(86_500)
      kit.emulator.addFault({ match: { endpoint: 'oauth.*', nth: 1 }, action: { drop: 'after' } })
      const outcome = await kit.settle(creator.user.info(['display_name']).catch((e: unknown) => e))
      if (recovers) expect(outcome).toMatchObject({ display_name: 'Mika' })
      else {
        expect(outcome).toBeInstanceOf(AuthError)
        expect(outcome).toMatchObject({ needs: 'reconnect' })
      }
    }
  })

  test('a scope the user unticked is known before anything is sent', async () => {
    await using kit = await startTestkit()
    const { creator, grant } = await kit.connect('mika', { deny: ['video.publish'] })
    expect(grant.missingScopes).toEqual(['video.publish'])
    const before = kit.emulator.requests().length
    await expect(
      creator.posts.publishVideo({ source: CLIP, privacyLevel: 'SELF_ONLY' }),
    ).rejects.toMatchObject({ needs: 'scope' })
    expect(kit.emulator.requests()).toHaveLength(before)
  })

  test('revoking ends the grant on both sides', async () => {
    await using kit = await startTestkit()
    const { creator, openId } = await kit.connect()
    await kit.tiktok.auth.revoke(openId)
    await expect(creator.user.info(['open_id'])).rejects.toMatchObject({ needs: 'reconnect' })
    expect([...kit.emulator.world.grants.values()][0]).toMatchObject({ endReason: 5 })
  })
})

describe('limits', () => {
  test('thirty inits wait for their windows: none is refused, none is early', async () => {
    await using kit = await startTestkit({
      emulator: {
        world: {
          apps: [
            {
              client_key: 'tw-demo-app',
              client_secret: 'tw-demo-secret',
              audited: true,
              redirect_uris: ['https://example.com/callback'],
            },
          ],
          creators: [{ username: 'busy', daily_post_cap: 100 }],
        },
      },
    })
    const { creator } = await kit.connect('busy')
    const began = kit.emulator.clock.now()
    await kit.settle(
      Promise.all(
        Array.from({ length: 30 }, () =>
          creator.posts.publishVideo({ source: CLIP, privacyLevel: 'SELF_ONLY' }),
        ),
      ),
    )
    const inits = kit.emulator.requests().filter((r) => r.endpoint === 'posting.initVideo')
    expect(inits.map((r) => r.status)).toEqual(Array(30).fill(200))
    // Five windows of six: four waits of a minute, and hardly more.
    const took = (kit.emulator.clock.now() - began) / 1000
    expect(took).toBeGreaterThanOrEqual(240)
    expect(took).toBeLessThan(250)
  })

  test('with headers off and another process using the window, a 429 is waited out', async () => {
    await using kit = await startTestkit({ emulator: { settings: { rateLimitHeaders: false } } })
    const { creator, openId } = await kit.connect()
    const store = kit.client()
    const other = await kit.connect('mika', { client: store })
    expect(other.openId).toBe(openId)
    for (let i = 0; i < 15; i += 1) await other.creator.posts.creatorInfo()
    const all = kit.settle(Promise.all(Array.from({ length: 20 }, () => creator.posts.creatorInfo())))
    expect(await all).toHaveLength(20)
  })
})

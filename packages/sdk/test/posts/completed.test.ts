import { ManualClock, RateLimitError, seededRandom, TransportError } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { Posts, PublishTimeoutError, StatusFeed } from '../../src/posts/index.ts'
import { StatusPace } from '../../src/posts/status-pace.ts'
import { FakeTikTok, refusedWith } from './fake-tiktok.ts'

const STATUS = 'posting.publishStatus'
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  )

/** The status becomes `later` when the clock passes `afterMs`. */
function becomes(tiktok: FakeTikTok, afterMs: number, later: Record<string, unknown>): void {
  const at = tiktok.clock.now() + afterMs
  const before = tiktok.clock.onMove
  tiktok.clock.onMove = (now) => {
    before?.(now)
    if (now >= at) tiktok.status = later
  }
}

test('polls quickly at first and rarely later, and stays far below 30 a minute', async () => {
  const tiktok = new FakeTikTok()
  becomes(tiktok, 300_000, { status: 'PUBLISH_COMPLETE' })
  await new Posts(tiktok).open('p').completed()
  const times = tiktok.calls.map(({ at }) => at - (tiktok.calls[0]?.at ?? 0))
  expect(times.filter((at) => at < 10_000).length).toBeGreaterThanOrEqual(5)
  expect(times.at(-1)).toBeLessThan(325_000)
  expect(times.length).toBeLessThan(35)
})

test('what is over within seconds is noticed within seconds', async () => {
  const tiktok = new FakeTikTok()
  becomes(tiktok, 4000, { status: 'PUBLISH_COMPLETE' })
  const started = tiktok.clock.now()
  await new Posts(tiktok).open('p').completed()
  expect(tiktok.clock.now() - started).toBeLessThan(8000)
})

test.each([1, 3, 20, 60])(
  '%d posts waited for at once share the budget, and each is noticed',
  async (count) => {
    const tiktok = new FakeTikTok()
    const posts = new Posts(tiktok)
    becomes(tiktok, 240_000, { status: 'PUBLISH_COMPLETE' })
    const done = await Promise.all(
      Array.from({ length: count }, (_post, index) =>
        posts.open(`p${index}`).completed({ timeoutMs: 1_200_000 }),
      ),
    )
    expect(done.length).toBe(count)
    const times = tiktok.calls.map(({ at }) => at)
    times.forEach((start) => {
      expect(times.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(24)
    })
  },
)

test('a poll that is given up leaves its place to the others', async () => {
  const clock = new ManualClock()
  const pace = new StatusPace(clock, seededRandom(1))
  for (let poll = 0; poll < 24; poll += 1) await pace.turn()
  const gone = new AbortController()
  const first = failure(pace.turn(gone.signal))
  let through = false
  const second = pace.turn().then(() => {
    through = true
  })
  gone.abort(new Error('gone'))
  expect(await first).toMatchObject({ message: 'gone' })
  await clock.advance(59_999)
  expect(through).toBe(false)
  await clock.advance(1)
  await second
})

test('goals: the inbox, the profile, everyone', async () => {
  const tiktok = new FakeTikTok()
  const post = new Posts(tiktok).open('p')
  tiktok.status = { status: 'SEND_TO_USER_INBOX' }
  expect(await post.completed({ until: 'inbox' })).toMatchObject({
    status: 'SEND_TO_USER_INBOX',
    postIds: [],
  })
  becomes(tiktok, 60_000, { status: 'PUBLISH_COMPLETE' })
  expect(await post.completed({ until: 'published' })).toMatchObject({ status: 'PUBLISH_COMPLETE' })
  becomes(tiktok, 60_000, {
    status: 'PUBLISH_COMPLETE',
    publicaly_available_post_id: ['7602997517160123666', '7602997517160123667'],
  })
  expect((await post.completed({ until: 'public' })).postIds).toEqual([
    '7602997517160123666',
    '7602997517160123667',
  ])
})

test('time up: the error holds the last status and asks for patience', async () => {
  const tiktok = new FakeTikTok()
  tiktok.status = { status: 'PROCESSING_DOWNLOAD', downloaded_bytes: 5 }
  const started = tiktok.clock.now()
  const error = (await failure(
    new Posts(tiktok).open('p').completed({ timeoutMs: 45_000 }),
  )) as PublishTimeoutError
  expect(error).toBeInstanceOf(PublishTimeoutError)
  expect(error.message).toBe("The post is not done after 45 s; TikTok's last word is PROCESSING_DOWNLOAD.")
  expect(error).toMatchObject({
    publishId: 'p',
    retry: 'outcome-unknown',
    lastStatus: { status: 'PROCESSING_DOWNLOAD', downloadedBytes: 5 },
  })
  expect(tiktok.clock.now() - started).toBe(45_000)
})

test('trouble with the status call is waited out; a refusal is not', async () => {
  const tiktok = new FakeTikTok()
  const started = tiktok.clock.now()
  tiktok.script[STATUS] = [
    new TransportError('No answer came.', { code: 'no_answer', retry: 'now', sent: 'maybe' }),
    refusedWith('internal_error', 'now'),
    new RateLimitError('Slow down.', {
      code: 'rate_limit_exceeded',
      retry: 'after',
      until: started + 90_000,
    }),
    { status: 'PUBLISH_COMPLETE' },
    refusedWith('invalid_publish_id'),
  ]
  const post = new Posts(tiktok).open('p')
  expect(await post.completed()).toMatchObject({ status: 'PUBLISH_COMPLETE' })
  expect(tiktok.clock.now() - started).toBeGreaterThanOrEqual(90_000)
  expect(await failure(post.completed())).toMatchObject({ code: 'invalid_publish_id' })
})

test('a status and a fail reason that nobody knows yet survive', async () => {
  const tiktok = new FakeTikTok()
  tiktok.script[STATUS] = [
    { status: 'PROCESSING_MODERATION' },
    { status: 'FAILED', fail_reason: 'moon_phase' },
  ]
  expect(await failure(new Posts(tiktok).open('p').completed())).toMatchObject({
    name: 'PublishFailedError',
    failReason: 'moon_phase',
    retry: 'never',
    explanation: expect.stringContaining('not documented'),
  })
})

test('aborting ends the wait with the reason given', async () => {
  const tiktok = new FakeTikTok()
  const controller = new AbortController()
  tiktok.clock.onMove = () => controller.abort(new Error('enough'))
  expect(await failure(new Posts(tiktok).open('p').completed({ signal: controller.signal }))).toMatchObject({
    message: 'enough',
  })
})

test('an event wakes the one who waits for that post, who asks once; other events do not', async () => {
  const tiktok = new FakeTikTok()
  const feed = new StatusFeed()
  const posts = new Posts(tiktok, feed)
  const events = [
    { event: 'post.publish.complete', content: { publish_id: 'another' } },
    { event: 'authorization.removed', content: { reason: 1 } },
    { event: 'post.publish.complete', content: 'not an object' },
    { event: 'post.publish.publicaly_available', content: { publish_id: 'p' } },
  ]
  const started = tiktok.clock.now()
  const delivered: boolean[] = []
  const arrives = tiktok.clock.sleep(20_000).then(() => {
    tiktok.status = { status: 'PUBLISH_COMPLETE' }
    delivered.push(...events.map((event) => feed.deliver(event)))
  })
  await posts.open('p').completed()
  await arrives
  expect(delivered).toEqual([false, false, false, true])
  expect(tiktok.callsOf(STATUS)).toBe(2)
  expect(tiktok.clock.now() - started).toBe(20_000)
  expect(feed.deliver({ event: 'post.publish.complete', content: { publish_id: 'p' } })).toBe(false)
})

test('a lost event only costs time: asking goes on once a minute', async () => {
  const tiktok = new FakeTikTok()
  becomes(tiktok, 100_000, { status: 'PUBLISH_COMPLETE' })
  await new Posts(tiktok, new StatusFeed()).open('p').completed()
  expect(tiktok.callsOf(STATUS)).toBe(3)
})

test('cancel and creator info are one call each, in TikTok’s words', async () => {
  const tiktok = new FakeTikTok()
  const posts = new Posts(tiktok)
  await posts.open('p').cancel()
  tiktok.script['posting.creatorInfo'] = [{ creator_username: 'mika' }]
  expect(await posts.creatorInfo()).toEqual({ creator_username: 'mika' })
  expect(tiktok.calls.map(({ endpoint, input }) => [endpoint, input])).toEqual([
    ['posting.cancelPublish', { publish_id: 'p' }],
    ['posting.creatorInfo', {}],
  ])
})

test('a feed that nothing ever came through does not slow the polling down', async () => {
  const polls = async (feed?: StatusFeed): Promise<number> => {
    const tiktok = new FakeTikTok()
    becomes(tiktok, 10_000, { status: 'PUBLISH_COMPLETE' })
    await new Posts(tiktok, feed).open('p').completed()
    return tiktok.callsOf(STATUS)
  }
  expect(await polls(new StatusFeed(false))).toBe(await polls())
  const fed = new StatusFeed(false)
  fed.deliver({ event: 'post.publish.complete', content: { publish_id: 'another' } })
  expect(await polls(fed)).toBeLessThan(await polls())
})

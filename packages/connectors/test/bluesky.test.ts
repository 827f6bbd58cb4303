import { Secret } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { APP_PASSWORD, SmallServer } from '../src/bluesky/small-server.ts'
import { type ConformanceStage, conformanceCases } from '../src/conformance.ts'
import { BlueskyConnector, type Medium, type Publication } from '../src/index.ts'

const AT = Date.UTC(2026, 10, 28, 12)
const image: Medium = {
  kind: 'image',
  contentType: 'image/png',
  sizeBytes: 3,
  bytes: async () => Buffer.from('png'),
}

function makeStage(appView: boolean) {
  const server = new SmallServer({ appView })
  const connector = new BlueskyConnector({ fetch: server.fetch })
  const authorize: ConformanceStage['authorize'] = async () => {
    const { home, handle } = server
    const login = { identifier: `@${handle}`, password: new Secret(APP_PASSWORD), home }
    const answer = await connector.appPassword.signIn(login)
    if (!answer.ok) throw new Error(answer.failure.message)
    return answer.value
  }
  const publication = (key: string): Publication => ({ key, at: AT, text: `${key} 🦋`, media: [image] })
  const stage: ConformanceStage = {
    connector,
    authorize,
    publication,
    refused: { ...publication('refused'), text: 'a'.repeat(301) },
    loseAnswers: (lost) => {
      server.losesAnswers = lost
    },
    requests: () => server.requests,
  }
  return { server, connector, authorize, publication, stage }
}

describe.each([
  { where: 'on a server of the network', appView: true },
  { where: 'on a server that stands alone', appView: false },
])('the connector $where', ({ appView }) => {
  for (const { name, run } of conformanceCases(makeStage(appView).stage)) test(name, run)
})

test('likes, reposts, answers and quotes are counted by the app view, and what others wrote is left out', async () => {
  const { authorize, connector, publication } = makeStage(true)
  const grant = await authorize()
  for (const key of ['a', 'b', 'c', 'd']) await connector.publishing.publish(grant, publication(key))
  const first = await connector.reading.contents(grant)
  expect(first).toMatchObject({ ok: true, value: { next: '3', contents: [{}, {}, {}] } })
  if (!first.ok) return
  expect(first.value.contents[0]).toMatchObject({
    kind: 'images',
    postedAt: AT,
    url: expect.stringMatching(/^https:\/\/bsky\.app\/profile\/did:plc:\w+\/post\/\w{13}$/),
    counts: { views: null, likes: 5, comments: 0, shares: 2, quotes: 0 },
    media: [
      {
        kind: 'image',
        url: 'https://cdn.example.com/full/0',
        previewUrl: 'https://cdn.example.com/thumb/0',
        alt: null,
      },
    ],
    source: 'app.bsky.feed.getAuthorFeed',
  })
  expect(await connector.reading.profile(grant)).toMatchObject({
    value: { username: 'mika.example.com', followers: 12, following: 3, contents: 4 },
  })
})

test('another post under the same key is not written over', async () => {
  const { authorize, connector, publication, server } = makeStage(true)
  const grant = await authorize()
  await connector.publishing.publish(grant, publication('one'))
  const other = await connector.publishing.publish(grant, { ...publication('one'), text: 'something else' })
  expect(other).toMatchObject({ ok: false, failure: { code: 'record_key_taken', retry: 'never' } })
  expect([...server.records.values()]).toMatchObject([{ text: 'one 🦋' }])
})

test.each([
  {
    what: 'a limit, with its end',
    answer: () =>
      Response.json(
        { error: 'RateLimitExceeded' },
        { status: 429, headers: { 'ratelimit-reset': '1795900000' } },
      ),
    failure: { code: 'rate_limit_exceeded', retry: 'after', until: 1_795_900_000_000, sent: 'answered' },
  },
  {
    what: 'an access token that is over',
    answer: () => Response.json({ error: 'ExpiredToken', message: 'Token has expired' }, { status: 400 }),
    failure: { code: 'ExpiredToken', needs: 'refresh', retry: 'never', sent: 'answered' },
  },
  {
    what: 'a gateway that fails',
    answer: () => new Response('<html>', { status: 502 }),
    failure: { code: 'http_502', retry: 'outcome-unknown', sent: 'maybe' },
  },
  {
    what: 'a yes that cannot be read',
    answer: () => new Response('<html>'),
    failure: { code: 'answer_unreadable', retry: 'outcome-unknown', sent: 'maybe' },
  },
])('$what is told as data', async ({ answer, failure }) => {
  const { authorize, connector, server } = makeStage(true)
  const grant = await authorize()
  server.instead.push(answer())
  expect(await connector.reading.profile(grant)).toMatchObject({ ok: false, failure })
})

test('a server that is not there got nothing', async () => {
  const { authorize, connector } = makeStage(true)
  const grant = { ...(await authorize()), home: 'https://gone.example.com' }
  expect(await connector.reading.profile(grant)).toMatchObject({
    ok: false,
    failure: { code: 'enotfound', sent: 'no' },
  })
})

test('a password that is no app password is never sent; a wrong one is told apart from a grant that is over', async () => {
  const { connector, server } = makeStage(true)
  const login = { identifier: server.handle, home: server.home }
  const own = await connector.appPassword.signIn({ ...login, password: new Secret('correct horse') })
  expect(own).toMatchObject({ ok: false, failure: { code: 'app_password_needed', sent: 'no' } })
  expect(server.requests).toBe(0)
  const wrong = await connector.appPassword.signIn({
    ...login,
    password: new Secret('aaaa-bbbb-cccc-dddd'),
  })
  expect(wrong).toMatchObject({ ok: false, failure: { needs: 'credentials', sent: 'answered' } })
})

test('media that do not go together are told before anything is sent', () => {
  const { connector, publication } = makeStage(true)
  const video: Medium = { ...image, kind: 'video', contentType: 'video/quicktime', sizeBytes: 400_000_000 }
  const codes = (media: Medium[], text = 'x') =>
    connector.publishing
      .check({ ...publication('x'), text, media })
      .map(({ code, field }) => `${field} ${code}`)
  expect(codes([image, image, image, image, image])).toEqual(['media too_many_images'])
  expect(codes([{ ...image, sizeBytes: 2_000_001 }])).toEqual(['media[0] media_too_large'])
  expect(codes([video, image])).toEqual([
    'media media_mixed',
    'media[0] media_too_large',
    'media[0] media_type',
  ])
  expect(codes([], ' ')).toEqual(['text text_missing'])
  // A family is one letter to those who read it, and eleven to those who count code units.
  expect(codes([], '👨‍👩‍👧‍👦'.repeat(120))).toEqual([])
  expect(codes([], '👨‍👩‍👧‍👦'.repeat(121))).toEqual(['text text_too_long'])
})

/** Bluesky's own server judges the connector; it is installed by who asks for it (README.md beside). */
import { BlueskyConnector } from '@tockwork/connectors'
import { type ConformanceStage, conformanceCases } from '@tockwork/connectors/conformance'
import { Secret } from '@tockwork/kernel'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PDS_MISSING, startOwnPds } from './own-pds.ts'

const AT = Date.UTC(2026, 10, 28, 12)
/** The smallest PNG there is: one transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let home = ''
let stop: () => void = () => {}
let password = ''
let lost = false
let requests = 0

const connector = new BlueskyConnector({
  fetch: async (input, init) => {
    requests += 1
    const response = await fetch(input, init)
    if (lost && String(input).endsWith('putRecord')) {
      await response.arrayBuffer()
      throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } })
    }
    return response
  },
})

beforeAll(async () => {
  if (PDS_MISSING !== undefined) return
  const pds = await startOwnPds()
  home = pds.home
  password = pds.appPassword
  stop = pds.stop
}, 120_000)

afterAll(() => stop())

async function authorize() {
  const answer = await connector.appPassword.signIn({
    identifier: 'mika.test',
    password: new Secret(password),
    home,
  })
  if (!answer.ok) throw new Error(answer.failure.message)
  return answer.value
}

const stage: ConformanceStage = {
  connector,
  authorize,
  publication: (key) => ({ key, at: AT, text: `${key} 🦋 https://example.com`, media: [] }),
  refused: { key: 'refused', at: AT, text: 'a'.repeat(301), media: [] },
  loseAnswers: (now) => {
    lost = now
  },
  requests: () => requests,
}

describe("the connector on Bluesky's own server", () => {
  for (const { name, run } of conformanceCases(stage))
    test(name, async (ctx) => {
      if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
      await run()
    })

  test('links, mentions and tags are where the server finds them in its bytes', async (ctx) => {
    if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
    const grant = await authorize()
    const text = '👩‍👩‍👧 @mika.test wrote #日本語 at https://example.com/a_(b), @nobody.test'
    const record = await publishAndRead(grant, text, [])
    const bytes = Buffer.from(text)
    const parts = record.facets.map(({ index, features: [feature] }: Facet) => [
      bytes.subarray(index.byteStart, index.byteEnd).toString(),
      feature,
    ])
    expect(parts).toEqual([
      ['@mika.test', { $type: 'app.bsky.richtext.facet#mention', did: grant.accountId }],
      ['#日本語', { $type: 'app.bsky.richtext.facet#tag', tag: '日本語' }],
      [
        'https://example.com/a_(b)',
        { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com/a_(b)' },
      ],
    ])
  })

  test('four images with their descriptions; a video', async (ctx) => {
    if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
    const grant = await authorize()
    const image = {
      kind: 'image' as const,
      contentType: 'image/png',
      sizeBytes: PIXEL.length,
      bytes: async () => PIXEL,
    }
    const images = ['one', 'two', 'three', 'four'].map((alt) => ({ ...image, alt, width: 1, height: 1 }))
    const withImages = await publishAndRead(grant, 'four images', images)
    expect(withImages.embed).toMatchObject({
      $type: 'app.bsky.embed.images',
      images: images.map(({ alt }) => ({
        alt,
        aspectRatio: { width: 1, height: 1 },
        image: { $type: 'blob', mimeType: 'image/png', size: PIXEL.length },
      })),
    })
    const clip = makeSampleVideo()
    const video = {
      kind: 'video' as const,
      contentType: 'video/mp4',
      sizeBytes: clip.byteLength,
      bytes: async () => clip,
    }
    const withVideo = await publishAndRead(grant, 'a video', [video])
    expect(withVideo.embed).toMatchObject({
      $type: 'app.bsky.embed.video',
      video: { $type: 'blob', mimeType: 'video/mp4', size: clip.byteLength },
    })
  })

  test('the password of the whole account is not even sent', async (ctx) => {
    if (PDS_MISSING !== undefined) ctx.skip(PDS_MISSING)
    const before = requests
    const answer = await connector.appPassword.signIn({
      identifier: 'mika.test',
      password: new Secret('the password of the whole account'),
      home,
    })
    expect(answer).toMatchObject({
      ok: false,
      failure: { code: 'app_password_needed', field: 'password', sent: 'no' },
    })
    expect(requests).toBe(before)
    const wrong = await connector.appPassword.signIn({
      identifier: 'mika.test',
      password: new Secret('abcd-efgh-ijkl-mnop'),
      home,
    })
    expect(wrong).toMatchObject({ ok: false, failure: { needs: 'credentials', sent: 'answered' } })
  })
})

interface Facet {
  index: { byteStart: number; byteEnd: number }
  features: unknown[]
}

async function publishAndRead(
  grant: Awaited<ReturnType<typeof authorize>>,
  text: string,
  media: Parameters<typeof connector.publishing.publish>[1]['media'],
) {
  const answer = await connector.publishing.publish(grant, { key: text, at: AT, text, media })
  if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.message}`)
  const [, , repo = '', collection = '', rkey = ''] = answer.value.publishId.split('/')
  const query = new URLSearchParams({ repo, collection, rkey })
  const response = await fetch(`${home}/xrpc/com.atproto.repo.getRecord?${query}`)
  return ((await response.json()) as { value: { embed: unknown; facets: Facet[] } }).value
}

/** Posts of text, up to four images or one video. Source: docs.bsky.app/docs/advanced-guides/posts. */
import * as z from 'zod/mini'
import type { CallOptions, Grant, Medium, Publication, Publishing, Standing } from '../connector.ts'
import { fail, type PlatformResult, refuse, succeed } from '../outcome.ts'
import { facetsOf, graphemes } from './facets.ts'
import { POSTS, rkeyOf } from './reading.ts'
import { recordKey } from './record-key.ts'
import type { Xrpc } from './xrpc.ts'

/** As in the lexicons `app.bsky.feed.post`, `app.bsky.embed.images` and `app.bsky.embed.video`, November 2026. */
const MAX = {
  graphemes: 300,
  textBytes: 3000,
  images: 4,
  imageBytes: 2_000_000,
  videoBytes: 300_000_000,
  languages: 3,
}

const uploaded = z.object({ blob: z.looseObject({ $type: z.literal('blob'), ref: z.unknown() }) })
const written = z.object({ uri: z.string(), cid: z.string() })
const found = z.object({ uri: z.string(), value: z.looseObject({ text: z.string(), createdAt: z.string() }) })

export class BlueskyPublishing implements Publishing {
  /** The key of the record is made of the publication's: a second try finds the first. */
  readonly repeatable = true
  readonly #xrpc: Xrpc

  constructor(xrpc: Xrpc) {
    this.#xrpc = xrpc
  }

  check({ text, media, languages = [] }: Publication): { code: string; field: string; message: string }[] {
    const wrong: { code: string; field: string; message: string }[] = []
    const say = (code: string, field: string, message: string) => wrong.push({ code, field, message })
    if (text.trim() === '' && media.length === 0)
      say('text_missing', 'text', 'Without media there has to be a text.')
    const letters = graphemes(text)
    if (letters > MAX.graphemes)
      say('text_too_long', 'text', `${letters} letters; ${MAX.graphemes} are allowed.`)
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX.textBytes) say('text_too_long', 'text', `${bytes} bytes; ${MAX.textBytes} are allowed.`)
    if (languages.length > MAX.languages) say('too_many_languages', 'languages', `At most ${MAX.languages}.`)
    const videos = media.filter(({ kind }) => kind === 'video').length
    if (videos > 1 || (videos === 1 && media.length > 1))
      say('media_mixed', 'media', 'A video stands alone; images go with images.')
    else if (media.length > MAX.images) say('too_many_images', 'media', `At most ${MAX.images} images.`)
    for (const [index, { kind, contentType, sizeBytes }] of media.entries()) {
      const field = `media[${index}]`
      const allowed = kind === 'video' ? MAX.videoBytes : MAX.imageBytes
      if (sizeBytes > allowed) say('media_too_large', field, `${sizeBytes} bytes; ${allowed} are allowed.`)
      if (kind === 'video' ? contentType !== 'video/mp4' : !contentType.startsWith('image/'))
        say('media_type', field, kind === 'video' ? 'A video has to be MP4.' : 'An image has to be one.')
    }
    return wrong
  }

  async publish(
    grant: Grant,
    publication: Publication,
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<Standing>> {
    const [wrong] = this.check(publication)
    if (wrong !== undefined) return refuse(wrong.code, wrong.field, wrong.message)
    const { accountId } = grant
    const rkey = recordKey(publication.key, publication.at)
    const blobs: { medium: Medium; blob: unknown }[] = []
    for (const medium of publication.media) {
      const upload = await this.#xrpc.call({
        grant,
        method: 'com.atproto.repo.uploadBlob',
        body: { bytes: await medium.bytes(), contentType: medium.contentType },
        answer: uploaded,
        signal,
      })
      if (!upload.ok) return upload
      blobs.push({ medium, blob: upload.value.blob })
    }
    const facets = await facetsOf(publication.text, (handle) => this.#resolve(grant, handle, signal))
    const createdAt = new Date(publication.at).toISOString()
    const record = {
      $type: POSTS,
      text: publication.text,
      createdAt,
      ...(facets.length === 0 ? {} : { facets }),
      ...(publication.languages === undefined ? {} : { langs: publication.languages }),
      ...(blobs.length === 0 ? {} : { embed: embedOf(blobs) }),
    }
    const answer = await this.#xrpc.call({
      grant,
      method: 'com.atproto.repo.putRecord',
      // Only where there is nothing yet.
      body: { json: { repo: accountId, collection: POSTS, rkey, record, swapRecord: null } },
      answer: written,
      signal,
    })
    if (answer.ok) return succeed(published(answer.value.uri))
    if (answer.failure.code !== 'InvalidSwap') return answer
    const there = await this.#read(grant, rkey, signal)
    if (!there.ok) return there
    // A handle that was resolved to nobody, or to somebody else, makes another record of the same post.
    if (there.value.value.createdAt === createdAt && there.value.value.text === publication.text)
      return succeed(published(there.value.uri))
    return fail({ ...answer.failure, code: 'record_key_taken', retry: 'never', sent: 'answered' })
  }

  async status(
    grant: Grant,
    publishId: string,
    { signal }: CallOptions = {},
  ): Promise<PlatformResult<Standing>> {
    const rkey = rkeyOf(grant.accountId, publishId)
    if (rkey === undefined) return refuse('publish_id_invalid', 'publishId', 'It is no post of this account.')
    const answer = await this.#read(grant, rkey, signal)
    if (answer.ok) return succeed(published(publishId))
    return answer.failure.code === 'RecordNotFound'
      ? succeed({ state: 'failed', publishId, reason: 'removed' })
      : answer
  }

  async remove(grant: Grant, contentId: string, { signal }: CallOptions = {}): Promise<PlatformResult<void>> {
    const { accountId } = grant
    const rkey = rkeyOf(accountId, contentId)
    if (rkey === undefined) return refuse('content_id_invalid', 'contentId', 'It is no post of this account.')
    const answer = await this.#xrpc.call({
      grant,
      method: 'com.atproto.repo.deleteRecord',
      body: { json: { repo: accountId, collection: POSTS, rkey } },
      answer: z.unknown(),
      signal,
    })
    return answer.ok ? succeed(undefined) : answer
  }

  #read(grant: Grant, rkey: string, signal: AbortSignal | undefined) {
    return this.#xrpc.call({
      grant,
      method: 'com.atproto.repo.getRecord',
      query: { repo: grant.accountId, collection: POSTS, rkey },
      answer: found,
      signal,
    })
  }

  /** A name that cannot be looked up is no reason to keep a post back: it stays plain text. */
  async #resolve(grant: Grant, handle: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const answer = await this.#xrpc.call({
      grant,
      method: 'com.atproto.identity.resolveHandle',
      query: { handle },
      answer: z.object({ did: z.string() }),
      signal,
    })
    return answer.ok ? answer.value.did : undefined
  }
}

function published(uri: string): Standing {
  return { state: 'published', publishId: uri, contentIds: [uri] }
}

function embedOf(blobs: readonly { medium: Medium; blob: unknown }[]): unknown {
  const parts = blobs.map(({ medium: { kind, alt = '', width, height }, blob }) => ({
    kind,
    blob,
    alt,
    ...(width === undefined || height === undefined ? {} : { aspectRatio: { width, height } }),
  }))
  const [first] = parts
  if (first?.kind === 'video') {
    const { kind: _, blob: video, ...rest } = first
    return { $type: 'app.bsky.embed.video', video, ...rest }
  }
  return {
    $type: 'app.bsky.embed.images',
    images: parts.map(({ kind: _, blob: image, ...rest }) => ({ image, ...rest })),
  }
}

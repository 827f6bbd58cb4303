/** Publishing on any platform behind the port that takes a post whole. */
import type { FieldError } from '@tockwork/api'
import type { Connector, Grant, Limit, Medium, Publication, Publishing } from '@tockwork/connectors'
import type { BlobStore } from '../assets/blob-store.ts'
import { openAddress } from '../assets/open-address.ts'
import type { RateRule } from '../governor/governor.ts'
import { checkAddresses, type PostContent } from '../publishing/check-post.ts'
import type { Post, PostMode, PostOptions } from '../publishing/post.ts'
import type { AccountRef, PublishStanding } from '../publishing/posting-port.ts'
import type { WholePosting } from '../publishing/whole-posting.ts'
import type { Account } from '../storage/accounts.ts'
import { type Asset, findAsset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { attempt, type PlatformResult } from '../tiktok/outcome.ts'
import { workPlatformOf } from '../unified/work-platforms.ts'
import type { AddressRules, Resolve } from '../webhooks/addresses.ts'
import type { ConnectorAccess } from './connector-reading.ts'
import { imageTypeOf } from './image-type.ts'

export interface ConnectorPostingParts {
  db: Database
  blobs: BlobStore
  access: ConnectorAccess
  /** Which addresses pictures are fetched from. */
  addresses: AddressRules & { resolve: Resolve }
}

/** Beyond, no platform takes a picture. */
const MOST_PICTURE_BYTES = 20 * 1024 * 1024
/** Posts whose media is in memory at once. */
const AT_ONCE = 2
const HOUR_MS = 3_600_000

export class ConnectorPosting implements WholePosting {
  readonly name: string
  readonly rate: RateRule
  readonly #platform: string
  readonly #publishing: Publishing
  readonly #parts: ConnectorPostingParts
  readonly #room = new Room(AT_ONCE)

  /** @param connector says what the platform is like; calls go to the one that `access` gives */
  constructor(connector: Connector, publishing: Publishing, parts: ConnectorPostingParts) {
    this.name = connector.name
    this.#platform = connector.platform
    this.#publishing = publishing
    this.#parts = parts
    this.rate = rateOf(connector)
  }

  checkContent(content: PostContent, asset: Asset | undefined): FieldError[] {
    const { mode, options, source } = content
    const errors: FieldError[] = []
    if (mode === 'draft')
      errors.push({ field: 'mode', rule: 'not_applicable', message: `${this.name} has no drafts for apps.` })
    if (options.privacyLevel !== undefined && options.privacyLevel !== 'PUBLIC_TO_EVERYONE')
      errors.push({
        field: 'options.privacy_level',
        rule: 'not_applicable',
        message: `${this.name} shows posts to everyone: leave it out, or set PUBLIC_TO_EVERYONE.`,
      })
    if (source.type === 'url')
      errors.push({
        field: 'video.url',
        rule: 'not_applicable',
        message: `${this.name} downloads nothing: upload the video, or import it by POST /v1/assets/import.`,
      })
    if (source.type === 'photos')
      errors.push(...checkAddresses(source.urls, this.#parts.addresses.toLoopback))
    const draft = publicationOf(content, { key: 'check', at: 0 }, mediaKnown(content, asset))
    for (const { code, field, message } of this.#publishing.check(draft))
      errors.push({ field: fieldOf(field, content), rule: code, message })
    return errors
  }

  checkAccount(account: Account, _mode: PostMode, field: string): FieldError[] {
    const { id, status, scopes } = account
    if (status !== 'connected')
      return [{ field, rule: 'not_connected', message: `${id} is ${status}: connect it again.` }]
    if (workPlatformOf(this.#platform).canPublish(scopes)) return []
    return [
      {
        field,
        rule: 'scope_missing',
        message: `The creator of ${id} did not let it post: connect it again.`,
      },
    ]
  }

  async publish(
    post: Post,
    signal: AbortSignal,
  ): Promise<PlatformResult<{ publishId: string; postIds: string[] }>> {
    await using _room = await this.#room.enter()
    const media = await this.#mediaOf(post, signal)
    if (!media.ok) return media
    const publication = publicationOf(
      post,
      { key: post.id, at: post.firstSentAt ?? post.createdAt },
      media.value,
    )
    const answer = await this.#parts.access.withGrant(post, ({ publishing }, grant) =>
      mustPublish(publishing).publish(grant, publication, { signal }),
    )
    if (!answer.ok) return answer
    const { publishId, ...standing } = answer.value
    return {
      ok: true,
      value: { publishId, postIds: standing.state === 'published' ? [...standing.contentIds] : [] },
    }
  }

  async status(account: AccountRef, publishId: string): Promise<PlatformResult<PublishStanding>> {
    const answer = await this.#parts.access.withGrant(account, ({ publishing }, grant: Grant) =>
      mustPublish(publishing).status(grant, publishId),
    )
    if (!answer.ok) return answer
    const standing = answer.value
    switch (standing.state) {
      case 'published':
        return { ok: true, value: { status: 'PUBLISH_COMPLETE', postIds: standing.contentIds } }
      case 'failed':
        return { ok: true, value: { status: 'FAILED', postIds: [], failReason: standing.reason } }
      case 'processing':
        return { ok: true, value: { status: 'PROCESSING', postIds: [] } }
    }
  }

  /** Its bytes are held here until they are sent: platforms want each of them in one request. */
  async #mediaOf(post: Post, signal: AbortSignal): Promise<PlatformResult<Medium[]>> {
    const { db, blobs, addresses } = this.#parts
    const { options, source, workspaceId } = post
    if (source.type === 'asset') {
      const asset = await findAsset(db, workspaceId, source.assetId)
      if (asset === undefined || !(await blobs.has(asset.hash))) return ASSET_MISSING
      return attempt(async () => {
        const blob = await blobs.open(asset.hash)
        const bytes = await collect(blob.slice(0, blob.sizeBytes - 1))
        return [{ ...mediumOf(asset, options.altTexts?.[0]), bytes: async () => bytes }]
      })
    }
    if (source.type !== 'photos') return { ok: true, value: [] }
    const media: Medium[] = []
    for (const [index, url] of source.urls.entries()) {
      let bytes: Uint8Array
      try {
        bytes = await collect(await openAddress(url, { ...addresses, maxBytes: MOST_PICTURE_BYTES, signal }))
      } catch (error) {
        if (signal.aborted) throw error
        return pictureMissing(index, error as Error & { code?: string })
      }
      const alt = options.altTexts?.[index]
      media.push({
        kind: 'image',
        contentType: imageTypeOf(bytes) ?? 'application/octet-stream',
        sizeBytes: bytes.byteLength,
        ...(alt === undefined ? {} : { alt }),
        bytes: async () => bytes,
      })
    }
    return { ok: true, value: media }
  }
}

/** What a post is at a platform that knows one text: title and description under each other. */
function publicationOf(
  { options }: Pick<PostContent, 'options'>,
  name: { key: string; at: number },
  media: readonly Medium[],
): Publication {
  const { languages } = options
  return { ...name, text: textOf(options), media, ...(languages === undefined ? {} : { languages }) }
}

function textOf({ title, description }: PostOptions): string {
  return [title, description].filter((text) => text !== undefined && text.trim() !== '').join('\n\n')
}

/** What can be said of the media before it is there. */
function mediaKnown({ source }: PostContent, asset: Asset | undefined): Medium[] {
  if (source.type === 'photos')
    return source.urls.map(() => ({ kind: 'image', contentType: 'image/jpeg', sizeBytes: 0, bytes: noBytes }))
  return asset === undefined ? [] : [{ ...mediumOf(asset, undefined), bytes: noBytes }]
}

function mediumOf(asset: Asset, alt: string | undefined): Omit<Medium, 'bytes'> {
  const { width, height } = asset.info.video ?? {}
  return {
    kind: asset.contentType.startsWith('image/') ? 'image' : 'video',
    contentType: asset.contentType,
    sizeBytes: asset.sizeBytes,
    ...(alt === undefined ? {} : { alt }),
    ...(width === undefined || height === undefined ? {} : { width, height }),
  }
}

const noBytes = (): Promise<Uint8Array> => Promise.reject(new Error('nothing is sent by a check'))

/** The connector's fields under the names of our API. */
function fieldOf(field: string, { kind, source }: PostContent): string {
  if (field === 'text') return kind === 'photo' ? 'options.description' : 'options.title'
  if (field === 'languages') return 'options.languages'
  if (!field.startsWith('media')) return field
  if (source.type === 'photos') return field.replace('media', 'photos.urls')
  return 'video.asset_id'
}

function rateOf({ platform, limits }: Connector): RateRule {
  const [first] = limits
    .filter((limit): limit is Limit & { publishTakes: number } => limit.publishTakes !== undefined)
    .toSorted((a, b) => a.windowMs - b.windowMs)
  return {
    endpoint: `${platform}.publish`,
    requests: first === undefined ? 100 : Math.floor(first.requests / first.publishTakes),
    windowMs: first?.windowMs ?? HOUR_MS,
    per: 'account',
  }
}

function mustPublish(publishing: Publishing | undefined): Publishing {
  if (publishing === undefined) throw new TypeError('the platform does not publish')
  return publishing
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

const ASSET_MISSING = {
  ok: false,
  failure: {
    code: 'asset_missing',
    message: 'The uploaded file is no longer there.',
    action: 'Upload it again and make a new post.',
    retry: 'never',
    sent: 'no',
  },
} as const

function pictureMissing(
  index: number,
  { code = 'asset_url_failed', message }: Error & { code?: string },
): PlatformResult<never> {
  const passes = code === 'asset_url_failed'
  return {
    ok: false,
    failure: {
      code,
      field: `photos.urls[${index}]`,
      message: `Picture ${index + 1} did not come: ${message}`,
      retry: passes ? 'after' : 'never',
      sent: 'no',
    },
  }
}

/** Lets so many in at once; the others wait in turn. */
class Room {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  async enter(): Promise<AsyncDisposable> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return {
      [Symbol.asyncDispose]: async () => {
        const next = this.#waiting.shift()
        if (next === undefined) this.#free += 1
        else next()
      },
    }
  }
}

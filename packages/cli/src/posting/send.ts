/** Hands media over to TikTok, with a record on disk before the first byte goes. */
import { basename } from 'node:path'
import { TransportError, UsageError } from '@tockwork/kernel'
import type { Post, StartedPost, UploadProgress } from '@tockwork/sdk'
import { fileSource } from '@tockwork/sdk/node'
import type { Context } from '../context.ts'
import { Interrupted } from '../output/failure.ts'
import { ProgressLine, size } from '../output/progress.ts'
import type { Session } from '../session.ts'
import {
  forgetPull,
  keepPost,
  markPost,
  notePull,
  openPull,
  type PostRecord,
  pullKey,
} from '../state/post-records.ts'
import { isLocal } from '../target.ts'
import type { Choices } from './choices.ts'
import type { Media } from './media.ts'
import { servePhotos } from './photo-server.ts'

export interface PostText {
  title?: string | undefined
  description?: string | undefined
  aigc?: boolean | undefined
  music?: boolean | undefined
  coverMs?: number | undefined
  /** From 0. */
  coverIndex?: number | undefined
}

export interface SendOptions extends PostText {
  /** Absent: a draft. */
  choices: Choices | undefined
  /** Asks once more for a pull whose first question may have arrived. */
  again: boolean
  baseUrl: string | undefined
}

export interface Sent {
  record: PostRecord
  /** To be called when TikTok has fetched everything. */
  close: () => Promise<void>
}

export async function send(
  context: Context,
  session: Session,
  media: Media,
  options: SendOptions,
): Promise<Sent> {
  switch (media.kind) {
    case 'video-file':
      return { record: await uploadVideo(context, session, media, options), close: async () => {} }
    case 'video-url':
      return { record: await pullVideo(context, session, media.url, options), close: async () => {} }
    case 'photo-urls':
      return { record: await pullPhotos(context, session, media.urls, options), close: async () => {} }
    case 'photo-files':
      return sendPhotoFiles(context, session, media.paths, options)
  }
}

async function uploadVideo(
  context: Context,
  session: Session,
  media: Extract<Media, { kind: 'video-file' }>,
  options: SendOptions,
): Promise<PostRecord> {
  const { signal } = context
  const { creator, target } = session
  let record: PostRecord | undefined
  const post = await watchUpload(
    context,
    () => record?.publishId,
    async (onProgress) => {
      const transfer = {
        source: await fileSource(media.path),
        onProgress,
        signal,
        onInit: async ({ publishId, uploadUrl, chunkSize }: StartedPost) => {
          record = {
            ...begin(context, session, options, 'video', publishId),
            file: media.path,
            size: media.size,
            mtimeMs: media.mtimeMs,
            ...(uploadUrl === undefined ? {} : { uploadUrl }),
            ...(chunkSize === undefined ? {} : { chunkSize }),
            state: 'uploading',
          }
          await keepPost(target, record)
        },
      }
      const { choices } = options
      return choices === undefined
        ? creator.posts.sendVideoDraft(transfer)
        : creator.posts.publishVideo({ ...transfer, ...videoInfo(choices, options) })
    },
  )
  await markPost(target, post.publishId, 'PROCESSING_UPLOAD')
  return record as unknown as PostRecord
}

/** Shows the upload's progress; when it is interrupted, says how to go on. */
export async function watchUpload(
  { out, clock, signal }: Context,
  publishId: () => string | undefined,
  run: (onProgress: (progress: UploadProgress) => void) => Promise<Post>,
): Promise<Post> {
  const line = new ProgressLine(out, clock)
  let last: UploadProgress | undefined
  try {
    const post = await run((progress) => {
      last = progress
      const { sentBytes, totalBytes, chunk, chunks } = progress
      line.bytes(sentBytes, totalBytes, chunks > 1 ? `  chunk ${chunk}/${chunks}` : '')
    })
    line.end()
    if (last !== undefined) out.note(`  Uploaded ${size(last.totalBytes)}.`)
    return post
  } catch (error) {
    line.end()
    if (!signal.aborted) throw error
    const id = publishId()
    if (id === undefined) throw new Interrupted('Interrupted before anything was sent.')
    throw new Interrupted(
      `Interrupted with ${last === undefined ? 'nothing' : `${size(last.sentBytes)} of ${size(last.totalBytes)}`} handed over; TikTok may have less.`,
      `To go on within the hour: npx tockwork post --resume '${id}'`,
    )
  }
}

async function pullVideo(
  context: Context,
  session: Session,
  url: string,
  options: SendOptions,
): Promise<PostRecord> {
  const { signal } = context
  const { choices } = options
  const { posts } = session.creator
  const transfer = { source: { url }, signal }
  return pull(context, session, [url], options, 'video', () =>
    choices === undefined
      ? posts.sendVideoDraft(transfer)
      : posts.publishVideo({ ...transfer, ...videoInfo(choices, options) }),
  )
}

async function pullPhotos(
  context: Context,
  session: Session,
  urls: readonly string[],
  options: SendOptions,
  /** What the addresses stand for, when they change with every run. */
  stableNames: readonly string[] = urls,
): Promise<PostRecord> {
  const { choices, title, description, aigc, coverIndex, music } = options
  const { posts } = session.creator
  const base = { urls, title, description, aigc, coverIndex, signal: context.signal }
  return pull(context, session, stableNames, options, 'photo', () => {
    if (choices === undefined) return posts.sendPhotoDraft(base)
    const { privacyLevel, disableComment, brandContent, brandOrganic } = choices
    return posts.publishPhotos({
      ...base,
      privacyLevel,
      disableComment,
      brandContent,
      brandOrganic,
      autoAddMusic: music ?? false,
    })
  })
}

async function sendPhotoFiles(
  context: Context,
  session: Session,
  paths: readonly string[],
  options: SendOptions,
): Promise<Sent> {
  if (options.baseUrl !== undefined) {
    const urls = paths.map((path) => mapToUrl(options.baseUrl as string, path))
    return { record: await pullPhotos(context, session, urls, options), close: async () => {} }
  }
  if (!isLocal(session.target.origin)) {
    throw new UsageError(
      'TikTok takes no photo bytes: it fetches photos from public addresses verified for the app.',
      {
        code: 'photos_need_urls',
        field: '--base-url',
        action:
          'Put the photos on such a server and add --base-url https://example.com/photos/, under which they have the same names; or name their URLs.',
      },
    )
  }
  const server = await servePhotos(paths, context.random)
  try {
    return { record: await pullPhotos(context, session, server.urls, options, paths), close: server.close }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** Asks TikTok to fetch. Such a question must not be put twice unseen, so it is noted until it is answered. */
async function pull(
  context: Context,
  session: Session,
  names: readonly string[],
  options: SendOptions,
  media: 'video' | 'photo',
  ask: () => Promise<Post>,
): Promise<PostRecord> {
  const { target, account } = session
  const key = pullKey(account.openId, names)
  const earlier = await openPull(target, key)
  if (earlier !== undefined && !options.again) {
    throw new UsageError(
      `An earlier run asked for the same post at ${earlier.askedAt} and got no answer: it may be online already.`,
      {
        code: 'may_be_posted',
        field: 'source',
        action:
          'Look for it with `npx tockwork videos` (or in the inbox); if it is not there after an hour, add --again.',
      },
    )
  }
  await notePull(target, key, { askedAt: new Date(context.clock.now()).toISOString() })
  let post: Post
  try {
    post = await ask()
  } catch (error) {
    const answered = !(context.signal.aborted || (error instanceof TransportError && error.sent === 'maybe'))
    if (answered) await forgetPull(target, key)
    throw error
  }
  const record = { ...begin(context, session, options, media, post.publishId), state: 'PROCESSING_DOWNLOAD' }
  await keepPost(target, record)
  await forgetPull(target, key)
  return record
}

function begin(
  { clock }: Context,
  { account }: Session,
  { choices }: SendOptions,
  media: 'video' | 'photo',
  publishId: string,
): Omit<PostRecord, 'state'> {
  return {
    publishId,
    openId: account.openId,
    clientKey: account.clientKey,
    media,
    draft: choices === undefined,
    isPublic: choices?.privacyLevel === 'PUBLIC_TO_EVERYONE',
    createdAt: new Date(clock.now()).toISOString(),
  }
}

function videoInfo(choices: Choices, { title, aigc, coverMs }: PostText) {
  return { ...choices, title, aigc, coverTimestampMs: coverMs }
}

function mapToUrl(baseUrl: string, path: string): string {
  if (!URL.canParse(baseUrl)) {
    throw new UsageError(`--base-url ${baseUrl} is not an address.`, { field: '--base-url' })
  }
  return new URL(encodeURIComponent(basename(path)), baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`).href
}

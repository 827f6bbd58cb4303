/** `post`: from a file, photos or addresses to a published post. */
import { basename } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { Context } from '../context.ts'
import { size } from '../output/progress.ts'
import { type ChoiceFlags, type Choices, checkFlags, makeChoices } from '../posting/choices.ts'
import { follow } from '../posting/follow.ts'
import { checkDuration, type Media, readMedia } from '../posting/media.ts'
import { resume } from '../posting/resume.ts'
import { type PostText, send } from '../posting/send.ts'
import { openSession, type Session } from '../session.ts'
import { nameOf } from '../state/accounts.ts'

export interface PostOptions extends ChoiceFlags {
  title?: string
  description?: string
  draft?: boolean
  coverMs?: string
  cover?: string
  aigc?: boolean
  music?: boolean
  baseUrl?: string
  again?: boolean
  resume?: string | true
  wait?: boolean
  timeout?: string
  as?: string
}

export async function post(
  context: Context,
  sources: readonly string[],
  options: PostOptions,
): Promise<void> {
  const waiting = { wait: options.wait !== false, timeoutMs: readSeconds(options.timeout) * 1000 }
  if (options.resume !== undefined) {
    if (sources.length > 0) {
      throw new UsageError('--resume goes on with an earlier post; it takes no file.', { field: '--resume' })
    }
    const { session, record } = await resume(
      context,
      options.resume === true ? undefined : options.resume,
      options.as,
    )
    return follow(context, session, record, waiting)
  }
  checkFlags(options)
  const { cwd, signal, out } = context
  const media = await readMedia(sources, cwd, signal)
  const text = readText(media, options)
  const session = await openSession(context, options.as)
  const choices = options.draft === true ? undefined : await choose(context, session, media, options)
  out.note(introduce(session, media, options))
  if (choices !== undefined && out.interactive) {
    out.note(out.style('dim', `  By posting, you agree to TikTok's ${agreements(choices)}.`))
  }
  const sent = await send(context, session, media, {
    ...text,
    choices,
    again: options.again === true,
    baseUrl: options.baseUrl,
  })
  try {
    await follow(context, session, sent.record, waiting)
  } finally {
    await sent.close()
  }
}

/** Asks what the creator may post now, checks the media against it, and lets a person choose. */
async function choose(
  context: Context,
  session: Session,
  media: Media,
  options: PostOptions,
): Promise<Choices> {
  const { signal, out } = context
  const creator = await session.creator.posts.creatorInfo({ signal })
  checkDuration(media, creator.max_video_post_duration_sec)
  const emulated = session.target.origin !== undefined
  return makeChoices(options, creator, isVideo(media) ? 'video' : 'photo', { out, signal, emulated })
}

function readText(media: Media, options: PostOptions): PostText {
  const video = isVideo(media)
  const misplaced: [boolean, string, string][] = [
    [
      video && options.description !== undefined,
      '--description',
      'belongs to photo posts; a video has --title alone',
    ],
    [video && options.cover !== undefined, '--cover', 'belongs to photo posts; a video has --cover-ms'],
    [video && options.music === true, '--music', 'belongs to photo posts'],
    [!video && options.coverMs !== undefined, '--cover-ms', 'belongs to videos; photos have --cover'],
    [!video && options.duet === true, '--duet', 'belongs to videos'],
    [!video && options.stitch === true, '--stitch', 'belongs to videos'],
    [
      video && options.draft === true && options.title !== undefined,
      '--title',
      'cannot go with --draft: the creator writes the caption of a draft in TikTok',
    ],
  ]
  for (const [wrong, field, why] of misplaced) {
    if (wrong) throw new UsageError(`${field} ${why}.`, { field })
  }
  return {
    title: options.title,
    description: options.description,
    aigc: options.aigc,
    music: options.music,
    coverMs: options.coverMs === undefined ? undefined : readWhole(options.coverMs, '--cover-ms'),
    coverIndex: readCover(media, options.cover),
  }
}

/** Photos are counted from 1 by people, from 0 by TikTok. */
function readCover(media: Media, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const count =
    media.kind === 'photo-files' ? media.paths.length : media.kind === 'photo-urls' ? media.urls.length : 0
  const number = readWhole(given, '--cover')
  if (number >= 1 && number <= count) return number - 1
  throw new UsageError(`--cover is ${given}; there are photos 1 to ${count}.`, { field: '--cover' })
}

function readWhole(text: string, field: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`${field} is ${JSON.stringify(text)}; a whole number is needed.`, { field })
}

function readSeconds(text = '600'): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 86_400) return seconds
  throw new UsageError(`--timeout is ${JSON.stringify(text)}; 1 to 86400 seconds are possible.`, {
    field: '--timeout',
  })
}

function isVideo(media: Media): boolean {
  return media.kind === 'video-file' || media.kind === 'video-url'
}

function introduce({ account, target }: Session, media: Media, { draft }: PostOptions): string {
  return `${draft === true ? 'Sending a draft of' : 'Posting'} ${whatOf(media)} to ${nameOf(account)} (${target.name}).`
}

function whatOf(media: Media): string {
  switch (media.kind) {
    case 'video-file': {
      const { video, durationSec } = media.info
      const facts = [
        video === undefined ? undefined : `${video.width}x${video.height}`,
        durationSec === undefined ? undefined : `${Math.round(durationSec)} s`,
        size(media.size),
      ]
      return `${basename(media.path)} (${facts.filter(Boolean).join(', ')})`
    }
    case 'video-url':
      return media.url.split('?')[0] as string
    case 'photo-files':
      return media.paths.length === 1 ? '1 photo' : `${media.paths.length} photos`
    case 'photo-urls':
      return media.urls.length === 1 ? '1 photo from the Web' : `${media.urls.length} photos from the Web`
  }
}

function agreements({ brandContent }: Choices): string {
  return brandContent ? 'Branded Content Policy and Music Usage Confirmation' : 'Music Usage Confirmation'
}

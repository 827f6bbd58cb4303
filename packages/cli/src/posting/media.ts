/** What is to be posted: found out and checked before anything is sent. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { mediaRules } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import { type Finding, judgePhoto, judgeVideo, type MediaInfo, probe } from '@tockwork/media'

export type Media =
  | { kind: 'video-file'; path: string; size: number; mtimeMs: number; info: MediaInfo }
  | { kind: 'video-url'; url: string }
  | { kind: 'photo-files'; paths: string[] }
  | { kind: 'photo-urls'; urls: string[] }

/** Files that TikTok would refuse; each finding says what to do. */
class MediaRefused extends UsageError {
  readonly findings: readonly (Finding & { file: string })[]

  constructor(findings: readonly (Finding & { file: string })[]) {
    super(['TikTok would refuse this, so nothing was sent.', ...findings.map(findingLine)].join('\n  '), {
      code: findings[0]?.failReason ?? 'media_refused',
      field: 'source',
    })
    this.findings = findings
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), findings: this.findings }
  }
}

/** One finding in a line. */
function findingLine({ file, rule, found, allowed, fix }: Finding & { file: string }): string {
  // What cannot be read has no figure to compare.
  if (rule === 'readable') return `${file}: ${found.replace(/^[\w-]+: /, '')}. To do: ${fix}.`
  return `${file}: ${rule} is ${found}; allowed: ${allowed}. To do: ${fix}.`
}

const PHOTO_ENDING = /\.(jpe?g|webp|png|heic|gif)$/i

/**
 * Sorts out the arguments of `post`.
 * @throws {UsageError} when they are no media, {@link MediaRefused} when TikTok would not take them.
 */
export async function readMedia(
  sources: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<Media> {
  const [first] = sources
  if (first === undefined) {
    throw new UsageError('There is nothing to post: name a video, a folder of photos, photos, or URLs.', {
      field: 'source',
      action: 'A file to try with: npx tockwork sample clip.mp4',
    })
  }
  const urls = sources.filter((source) => /^https?:\/\//i.test(source))
  if (urls.length === sources.length) return readUrls(urls)
  if (urls.length > 0) throw new UsageError('Files and URLs cannot go into one post.', { field: 'source' })
  const paths =
    sources.length === 1 ? await expand(first, cwd) : sources.map((source) => resolve(cwd, source))
  const looked = await Promise.all(paths.map((path) => look(path, cwd, signal)))
  if (looked.length === 1 && looked[0] !== undefined && looked[0].info.kind !== 'photo') {
    const [{ path, file, info, size, mtimeMs }] = looked as [Looked]
    refuseIf(judgeVideo(info, mediaRules.video).map((finding) => ({ file, ...finding })))
    return { kind: 'video-file', path, size, mtimeMs, info }
  }
  if (looked.length > mediaRules.photo.maxCount) {
    throw new UsageError(`${looked.length} photos are too many; a post takes ${mediaRules.photo.maxCount}.`, {
      field: 'source',
    })
  }
  const video = looked.find(({ info }) => info.kind === 'video')
  if (video !== undefined) {
    throw new UsageError(`${video.file} is a video; a post holds one video, or photos.`, { field: 'source' })
  }
  refuseIf(
    looked.flatMap(({ file, info }) => judgePhoto(info, mediaRules.photo).map((each) => ({ file, ...each }))),
  )
  return { kind: 'photo-files', paths: looked.map(({ path }) => path) }
}

/** Says again what is wrong with a video, now that the creator's own limit is known. */
export function checkDuration(media: Media, maxDurationSec: number): void {
  if (media.kind !== 'video-file') return
  const file = basename(media.path)
  refuseIf(
    judgeVideo(media.info, mediaRules.video, { maxDurationSec }).map((finding) => ({ file, ...finding })),
  )
}

function readUrls(urls: string[]): Media {
  for (const url of urls) {
    if (!URL.canParse(url)) throw new UsageError(`${url} is not an address.`, { field: 'source' })
  }
  const photos = urls.filter((url) => PHOTO_ENDING.test(new URL(url).pathname))
  const [first] = urls
  if (urls.length === 1 && photos.length === 0 && first !== undefined)
    return { kind: 'video-url', url: first }
  return { kind: 'photo-urls', urls }
}

/** A folder stands for the photos in it, by name. */
async function expand(source: string, cwd: string): Promise<string[]> {
  const path = resolve(cwd, source)
  const info = await stat(path).catch(() => undefined)
  if (info?.isDirectory() !== true) return [path]
  const order = new Intl.Collator('en', { numeric: true })
  const photos = (await readdir(path))
    .filter((name) => PHOTO_ENDING.test(name) && !name.startsWith('.'))
    .sort(order.compare)
  if (photos.length === 0) {
    throw new UsageError(`${source} is a folder without photos (JPEG or WebP).`, {
      field: 'source',
      action: 'To post a video, name the file.',
    })
  }
  return photos.map((name) => join(path, name))
}

interface Looked {
  path: string
  /** As a person knows it. */
  file: string
  size: number
  mtimeMs: number
  info: MediaInfo
}

async function look(path: string, cwd: string, signal: AbortSignal): Promise<Looked> {
  const file = path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path
  const refuse = (why: string, action?: string): never => {
    throw new UsageError(`${file} ${why}.`, {
      code: 'source_unreadable',
      field: 'source',
      ...(action === undefined ? {} : { action }),
    })
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT'
      ? refuse('does not exist', 'A file to try with: npx tockwork sample clip.mp4')
      : refuse(`cannot be read (${error.code})`),
  )
  if (found.isDirectory()) refuse('is a folder; several photos are named one by one, or as one folder')
  if (!found.isFile()) refuse('is not a plain file')
  if (found.size === 0) refuse('is empty')
  const info = await probe({ kind: 'file', path }, { signal })
  return { path, file, size: found.size, mtimeMs: found.mtimeMs, info }
}

function refuseIf(findings: (Finding & { file: string })[]): void {
  if (findings.length > 0) throw new MediaRefused(findings)
}

/** `media add`, `match`, `list`, `remove`, `rebuild`: what was uploaded before, in a folder of fingerprints. */
import { basename, join, resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import { DecodeError, type MediaInfo, openFrameSource, probe } from '@tockwork/media'
import {
  type Fingerprint,
  FingerprintLibrary,
  fingerprintFile,
  type LibraryMatch,
  picturesSha256,
  sha256OfFile,
} from '@tockwork/media/originality'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { ProgressLine } from '../output/progress.ts'

export interface LibraryCommandOptions {
  library?: string
  workspace?: string
}

/** How many of those that came near are named. */
const MAX_SHOWN = 10

export async function addMedia(
  context: Context,
  file: string,
  options: LibraryCommandOptions & { id?: string },
): Promise<void> {
  const { out, cwd, clock, random } = context
  const path = resolve(cwd, file)
  // Before the pictures are looked at: nobody wants to wait for an id that cannot be.
  const id = options.id ?? `media_${Buffer.from(random.bytes(12)).toString('base64url')}`
  if (!/^[\w.:-]{1,128}$/.test(id))
    throw new UsageError('--id is 1 to 128 letters, digits and . : _ -', { field: '--id' })
  const info = await lookAt(path, file)
  const { stored } = await makeFingerprint(context, path, info, 'all')
  if (stored === undefined) throw new UsageError(`${file} has nothing to remember it by.`, { field: 'file' })
  const library = openLibrary(context, options, 'write')
  try {
    library.add({ id, label: basename(file), addedAt: new Date(clock.now()) }, stored)
  } finally {
    library.close()
  }
  out.result({ id }, `${out.style('green', '✓')} ${file} is remembered as ${id}.`)
}

export async function matchMedia(
  context: Context,
  file: string,
  options: LibraryCommandOptions & { quick?: boolean },
): Promise<void> {
  const { out, cwd, signal } = context
  const path = resolve(cwd, file)
  const info = await lookAt(path, file)
  const library = openLibrary(context, options, 'read')
  const samePictures = async () => {
    const sha256 = await picturesSha256({ kind: 'file', path }, info.container, signal)
    return sha256 === undefined ? undefined : library.findSamePictures(sha256)
  }
  try {
    // The same bytes, or the same stream in another file, need no look at a picture, and no decoder.
    const exact = library.findExact(await sha256OfFile(path, signal)) ?? (await samePictures())
    const matches =
      exact === undefined
        ? library.match(
            (await makeFingerprint(context, path, info, options.quick === true ? 'keyframes' : 'all')).query,
          )
        : [library.exactMatch(exact)]
    const shown = matches.slice(0, MAX_SHOWN)
    out.result({ matches: shown.map(matchJson) }, matchLines(context, file, shown, library.size))
  } finally {
    library.close()
  }
}

export async function listMedia(context: Context, options: LibraryCommandOptions): Promise<void> {
  const { out } = context
  const library = openLibrary(context, options, 'read')
  const entries = library.list()
  library.close()
  out.result(
    {
      media: entries.map(({ id, label, addedAt, kind, durationSec }) => ({
        id,
        label,
        added_at: addedAt.toISOString(),
        kind,
        duration_s: kind === 'video' ? rounded(durationSec) : null,
      })),
    },
    entries.length === 0
      ? 'Nothing is remembered yet. Add an upload: tockwork media add clip.mp4'
      : table(
          entries.map(({ id, label, addedAt, kind }) => [
            id,
            kind,
            addedAt.toISOString().slice(0, 16),
            label,
          ]),
        ),
  )
}

export async function removeMedia(
  context: Context,
  id: string,
  options: LibraryCommandOptions,
): Promise<void> {
  const { out } = context
  const library = openLibrary(context, options, 'write')
  let removed: boolean
  try {
    removed = library.remove(id)
  } finally {
    library.close()
  }
  if (!removed)
    throw new UsageError(`${id} is not in the library.`, {
      field: 'id',
      action: 'See what is: tockwork media list',
    })
  out.result({ id, removed }, `${out.style('green', '✓')} ${id} is forgotten.`)
}

export async function rebuildLibrary(context: Context, options: LibraryCommandOptions): Promise<void> {
  const { out } = context
  const library = openLibrary(context, options, 'write')
  try {
    const { entries, bytes } = library.rebuild()
    out.result(
      { entries, bytes },
      `${out.style('green', '✓')} ${entries} uploads, ${Math.ceil(bytes / 1000)} kB.`,
    )
  } finally {
    library.close()
  }
}

function openLibrary(
  { cwd, config }: Context,
  options: LibraryCommandOptions,
  mode: 'read' | 'write',
): FingerprintLibrary {
  const folder =
    options.library === undefined ? join(config.dataDir, 'media-library') : resolve(cwd, options.library)
  return FingerprintLibrary.open(folder, {
    mode,
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
  })
}

async function lookAt(path: string, file: string): Promise<MediaInfo> {
  const info = await probe({ kind: 'file', path })
  if (info.kind !== 'unknown' && info.problems.length === 0) return info
  const why = info.problems.map(({ detail }) => detail).join('; ')
  throw new UsageError(`${file} is no video or photo that can be read${why === '' ? '' : `: ${why}`}.`, {
    field: 'file',
    action: `See more: tockwork media check ${file}`,
  })
}

async function makeFingerprint(
  context: Context,
  path: string,
  info: MediaInfo,
  look: 'all' | 'keyframes',
): Promise<Fingerprint> {
  const { config, signal, out, clock } = context
  const { source, reason } = await openFrameSource({ env: config.environment })
  if (source === undefined) throw new UsageError(reason, { code: 'no_decoder', field: 'TOCKWORK_FFMPEG' })
  const line = new ProgressLine(out, clock)
  line.wait('looking at the pictures')
  try {
    return await fingerprintFile(path, info, source, { look, signal })
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new UsageError(`${basename(path)}: ${error.message}.`, {
      code: 'undecodable',
      field: 'file',
      cause: error,
    })
  } finally {
    line.end()
  }
}

function matchJson({ id, label, score, verdict, segments }: LibraryMatch) {
  return {
    id,
    label,
    score,
    verdict,
    segments: segments.map(({ query, stored, speed, orientation }) => ({
      from_s: query.fromSec,
      to_s: query.toSec,
      match_from_s: stored.fromSec,
      match_to_s: stored.toSec,
      speed: rounded(speed),
      orientation,
    })),
  }
}

function matchLines(
  { out }: Context,
  file: string,
  matches: readonly LibraryMatch[],
  size: number,
): string[] {
  const near = matches.filter(({ verdict }) => verdict !== 'distinct')
  if (near.length === 0)
    return [
      `${out.style('green', '✓')} ${file} is like none of the ${size} ${size === 1 ? 'upload' : 'uploads'} that are remembered.`,
    ]
  return near.flatMap(({ id, label, score, verdict, segments }) => [
    verdict === 'duplicate'
      ? `${out.style('red', '✗')} ${file} was uploaded before: ${id} (${label}), ${Math.round(score * 100)} % alike`
      : `${out.style('yellow', '!')} ${file} looks like ${id} (${label}), ${Math.round(score * 100)} % alike; have a look`,
    ...segments.map(
      ({ query, stored, speed, orientation }) =>
        `    ${query.fromSec} to ${query.toSec} s is ${stored.fromSec} to ${stored.toSec} s of it${orientation === 'as-is' ? '' : `, ${orientation}`}${speed === 1 ? '' : `, at ${rounded(1 / speed)} times its speed`}`,
    ),
  ])
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** What is known of each post that was begun here, so that one that was cut off can be gone on with. */
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Target } from '../target.ts'
import { isMissing, readIfThere, writePrivateFile } from './private-file.ts'

const postRecord = z.object({
  publishId: z.string(),
  openId: z.string(),
  clientKey: z.string(),
  media: z.enum(['video', 'photo']),
  draft: z.boolean(),
  /** Absolute path of an uploaded file. */
  file: z.optional(z.string()),
  size: z.optional(z.number()),
  mtimeMs: z.optional(z.number()),
  /** A credential; gone once every byte is there. */
  uploadUrl: z.optional(z.string()),
  chunkSize: z.optional(z.number()),
  isPublic: z.boolean(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** `uploading` until TikTok has every byte, then TikTok's own word. */
  state: z.string(),
})
export type PostRecord = z.output<typeof postRecord>

function folderOf(target: Target): string {
  return join(target.folder, 'posts')
}

function pathOf(target: Target, publishId: string): string {
  return join(folderOf(target), `${encodeURIComponent(publishId)}.json`)
}

export async function keepPost(target: Target, record: PostRecord): Promise<void> {
  await writePrivateFile(pathOf(target, record.publishId), `${JSON.stringify(record, null, 2)}\n`)
}

/** Notes how a post stands. The upload address is dropped as soon as it is of no more use. */
export async function markPost(target: Target, publishId: string, state: string): Promise<void> {
  const record = await readPost(target, publishId)
  if (record === undefined || record.state === state) return
  const { uploadUrl: _credential, ...rest } = record
  await keepPost(target, state === 'uploading' ? record : { ...rest, state })
}

export async function readPost(target: Target, publishId: string): Promise<PostRecord | undefined> {
  const text = await readIfThere(pathOf(target, publishId))
  if (text === undefined) return undefined
  try {
    return z.parse(postRecord, JSON.parse(text))
  } catch (cause) {
    // The text stays out of the message: it may hold the upload address.
    throw new UsageError(`The record of ${publishId} in ${folderOf(target)} is damaged.`, {
      code: 'record_damaged',
      action: `See how the post stands with \`tockwork status ${publishId}\`.`,
      cause,
    })
  }
}

/** The latest post whose upload was cut off. */
export async function latestUnfinished(target: Target): Promise<PostRecord | undefined> {
  const records: PostRecord[] = []
  for (const name of await namesIn(folderOf(target))) {
    const record = await readPost(target, decodeURIComponent(name.slice(0, -'.json'.length)))
    if (record?.state === 'uploading') records.push(record)
  }
  return records.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1)
}

/**
 * A pull whose question TikTok may have got although no answer came back: asking again could post twice. The note is
 * made before asking and taken away by any answer.
 */
export interface PullNote {
  askedAt: string
}

export function pullKey(openId: string, urls: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([openId, urls]))
    .digest('hex')
    .slice(0, 32)
}

export async function notePull(target: Target, key: string, note: PullNote): Promise<void> {
  await writePrivateFile(join(target.folder, 'asked', `${key}.json`), JSON.stringify(note))
}

export async function openPull(target: Target, key: string): Promise<PullNote | undefined> {
  const text = await readIfThere(join(target.folder, 'asked', `${key}.json`))
  return text === undefined ? undefined : z.parse(z.object({ askedAt: z.string() }), JSON.parse(text))
}

export async function forgetPull(target: Target, key: string): Promise<void> {
  await rm(join(target.folder, 'asked', `${key}.json`), { force: true })
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** `videos`: what the creator has online. */
import { UsageError } from '@tockwork/kernel'
import { type VideoField, videoFields } from '@tockwork/sdk'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { openSession } from '../session.ts'
import { nameOf } from '../state/accounts.ts'

const DEFAULT_FIELDS: readonly VideoField[] = [
  'id',
  'create_time',
  'title',
  'view_count',
  'like_count',
  'comment_count',
  'share_count',
  'share_url',
]

export async function videos(
  context: Context,
  options: { limit?: string; fields?: string; as?: string },
): Promise<void> {
  const { out, signal } = context
  const limit = Number(options.limit ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000) {
    throw new UsageError(`--limit is ${options.limit}; 1 to 100000 are possible.`, { field: '--limit' })
  }
  const fields = readFields(options.fields)
  const { account, creator, target } = await openSession(context, options.as)
  const found: Record<string, unknown>[] = []
  for await (const video of creator.videos.list({ fields, pageSize: Math.min(limit, 20), signal })) {
    found.push(video)
    if (found.length === limit) break
  }
  const shown = options.fields === undefined ? SHOWN : fields
  out.result({ target: target.origin ?? 'tiktok', account: nameOf(account), videos: found }, [
    `${found.length === 0 ? 'No public videos' : `${found.length} video${found.length === 1 ? '' : 's'}`} of ${nameOf(account)} (${target.name})`,
    ...(found.length === 0
      ? []
      : table([
          shown.map((field) => field.replace('_count', '')),
          ...found.map((video) => shown.map((field) => cell(field, video[field]))),
        ])),
  ])
}

const SHOWN: readonly VideoField[] = [
  'id',
  'create_time',
  'view_count',
  'like_count',
  'comment_count',
  'title',
]

function readFields(given: string | undefined): readonly VideoField[] {
  if (given === undefined) return DEFAULT_FIELDS
  return given.split(',').map((name) => {
    const field = videoFields.find((each) => each === name.trim())
    if (field !== undefined) return field
    throw new UsageError(`${name.trim()} is no field of a video.`, {
      field: '--fields',
      action: `There are: ${videoFields.join(', ')}.`,
    })
  })
}

function cell(field: VideoField, value: unknown): string {
  if (value === undefined || value === null) return '-'
  if (field === 'create_time')
    return new Date(Number(value) * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const text = String(value).replace(/\s+/g, ' ')
  return text.length > 60 && field !== 'share_url' ? `${text.slice(0, 59)}…` : text
}

/** How a video becomes a row: a column a field, the same in every format. */
import type { ResearchVideo, ResearchVideoField } from '@tockwork/contracts/research'
import { stringifyJson } from '@tockwork/kernel'

export type ColumnKind = 'text' | 'count' | 'time' | 'flag' | 'list' | 'json'

/**
 * Ids are text: not every program reads 64-bit integers whole. Lists of names are lists, what has members is JSON.
 */
const columnKinds = {
  id: 'text',
  create_time: 'time',
  username: 'text',
  region_code: 'text',
  video_description: 'text',
  music_id: 'text',
  like_count: 'count',
  comment_count: 'count',
  share_count: 'count',
  view_count: 'count',
  favorites_count: 'count',
  effect_ids: 'list',
  hashtag_names: 'list',
  hashtag_info_list: 'json',
  sticker_info_list: 'json',
  effect_info_list: 'json',
  video_mention_list: 'list',
  video_label: 'json',
  playlist_id: 'text',
  voice_to_text: 'text',
  is_stem_verified: 'flag',
  video_duration: 'count',
  video_tag: 'json',
} as const satisfies Record<ResearchVideoField, ColumnKind>

export interface Column {
  name: ResearchVideoField
  kind: ColumnKind
}

/** Columns of the fields that were asked for, in one order. */
export function columnsOf(fields: readonly string[]): Column[] {
  const wanted = new Set(['id', 'create_time', ...fields])
  return (Object.entries(columnKinds) as [ResearchVideoField, ColumnKind][])
    .filter(([name]) => wanted.has(name))
    .map(([name, kind]) => ({ name, kind }))
}

/** Takes out U+0000, which PostgreSQL and many tools do not take, and says how often. */
export class Cleaner {
  removed = 0

  text(value: string): string {
    if (!value.includes('\u0000')) return value
    this.removed += 1
    return value.replaceAll('\u0000', '')
  }

  list(value: readonly string[]): string[] {
    return value.map((one) => this.text(one))
  }
}

export type Cell = string | number | boolean | string[] | undefined

/** A value by its kind; JSON is still to be written. */
export function cellOf(video: ResearchVideo, { name, kind }: Column, cleaner: Cleaner): Cell {
  const value: unknown = video[name]
  if (value === undefined || value === null) return undefined
  switch (kind) {
    case 'text':
      return cleaner.text(String(value))
    case 'list':
      return cleaner.list(value as string[])
    case 'json':
      return cleaner.text(stringifyJson(value).replaceAll('\\u0000', ''))
    case 'flag':
      return value === true
    default:
      return Number(value)
  }
}

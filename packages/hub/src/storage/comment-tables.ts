import type { ColumnType } from 'kysely'

type NullableCount = ColumnType<number | null, number | null | undefined, number | null>

export interface CommentTables {
  comments: CommentsTable
}

export interface CommentsTable {
  account_id: string
  comment_id: string
  video_id: string
  workspace_id: string
  /** The comment that it answers; null for one on the content itself. */
  parent_id: string | null
  author_id: string
  author_name: string | null
  author_username: string | null
  author_url: string | null
  body: string
  likes: NullableCount
  replies: NullableCount
  posted_at: Date
  source_call: string
  read_at: Date
  first_read_at: Date
  /** Since when it is missing under its content. */
  gone_at: Date | null
}

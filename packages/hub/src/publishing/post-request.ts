/** What a caller asks for, and how it is refused. */
import { type FieldError, Problem } from '@tockwork/api'
import type { Account } from '../storage/accounts.ts'
import type { PostConsent } from '../storage/post-consents.ts'
import type { Post, PostKind, PostMode, PostOptions, PostSource } from './post.ts'

/** `accounts` are checked to be the caller's by the route. */
export interface PostRequest {
  workspaceId: string
  accounts: readonly (Account | { missing: string })[]
  mode: PostMode
  video: { assetId?: string | undefined; url?: string | undefined } | undefined
  photos: { urls: string[]; coverIndex: number } | undefined
  options: PostOptions
  time: PostTime
  by: Author
  /** What the creator agreed to, as far as anybody says so. */
  consent?: GivenConsent | undefined
  /** A direct post is refused without it; otherwise the workspace's rule says. */
  consentRequired?: boolean
}

export type GivenConsent = Pick<PostConsent, 'source' | 'agreed' | 'givenAt' | 'ip' | 'userAgent'>

/** When it is to go out: at a time, in the next free slot of the account's queue, or, with neither, now. */
export interface PostTime {
  scheduledAt: string | undefined
  timeZone: string | undefined
  nextSlot: boolean
}

/** Whoever makes or changes a post. */
export interface Author {
  /** As the audit log names them. */
  actor: string
  /** Whether what they ask for needs somebody else's yes. */
  approvalRequired: boolean
}

export const NO_SUCH_ASSET: FieldError = {
  field: 'video.asset_id',
  rule: 'not_found',
  message: 'There is no such asset.',
}

/** Where the media comes from; says what is wrong with it into `errors`. @param textAlone whether it may have none */
export function sourceOf(
  { video, photos }: Partial<Pick<PostRequest, 'video' | 'photos'>>,
  errors: FieldError[],
  { textAlone = false }: { textAlone?: boolean } = {},
): PostSource | undefined {
  const wrong = (field: string, rule: string, message: string): undefined => {
    errors.push({ field, rule, message })
  }
  if (video !== undefined && photos !== undefined)
    return wrong('photos', 'one_source', 'A post is a video or photos, not both.')
  if (photos !== undefined) return { type: 'photos', ...photos }
  if (video === undefined)
    return textAlone ? { type: 'text' } : wrong('video', 'required', 'Name a video or photos.')
  const { assetId, url } = video
  if (assetId !== undefined && url !== undefined)
    return wrong('video.url', 'one_source', 'Name an asset_id or a url, not both.')
  if (assetId !== undefined) return { type: 'asset', assetId }
  if (url !== undefined) return { type: 'url', url }
  return wrong('video.asset_id', 'required', 'Name an asset_id or a url.')
}

export function kindOfSource({ type }: PostSource): PostKind {
  return type === 'photos' ? 'photo' : type === 'text' ? 'text' : 'video'
}

export function invalid(errors: readonly FieldError[]): Problem {
  return new Problem({
    status: 422,
    code: 'post_invalid',
    title: 'The post would be refused; errors lists everything that is wrong',
    errors,
  })
}

/**
 * For the transaction that writes a post down: its file was there when it was looked at and was deleted since, which the
 * database notices. Said like a file that was never there.
 */
export function rethrowGoneAsset(error: unknown): never {
  if (Reflect.get(Object(error), 'constraint') === 'posts_asset_id_fkey') throw invalid([NO_SUCH_ASSET])
  throw error
}

export function wrongState(post: Post, what: string): Problem {
  return new Problem({
    status: 409,
    code: 'post_wrong_state',
    title: 'The post is not in a state that allows this',
    detail: `A post that is ${post.state} can no longer be ${what}.`,
  })
}

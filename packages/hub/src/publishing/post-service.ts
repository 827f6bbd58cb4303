import { type FieldError, Problem, problem } from '@tockwork/api'
import { newId } from '../ids.ts'
import { type Account, findAccount } from '../storage/accounts.ts'
import { findAsset } from '../storage/assets.ts'
import type { Transaction } from '../storage/database.ts'
import { findPost, insertPosts, type PostChange, requestCancel, savePost } from '../storage/posts.ts'
import { checkAccount, checkContent, checkCreator, mediaErrors, type PostContent } from './check-post.ts'
import { kindOf } from './failures.ts'
import { type Post, type PostMode, type PostOptions, type PostSource, pullsMedia } from './post.ts'
import { BEFORE_INIT } from './post-states.ts'
import { resolveSchedule } from './schedule.ts'
import { ADVANCE_POST, type PublishingParts } from './step.ts'

/** What a caller asks for; `accounts` are checked to be theirs by the route. */
export interface PostRequest {
  workspaceId: string
  accounts: readonly (Account | { missing: string })[]
  mode: PostMode
  video: { assetId?: string | undefined; url?: string | undefined } | undefined
  photos: { urls: string[]; coverIndex: number } | undefined
  options: PostOptions
  scheduledAt: string | undefined
  timeZone: string | undefined
}

/** How long the request waits for a slot to ask TikTok what the creator allows; beyond, it is asked before the init. */
const CREATOR_INFO_PATIENCE_MS = 2000
const CREATORS_AT_ONCE = 10
const TRIES = 5

/** What people do with posts. Whatever is not allowed in the post's state is refused with `post_wrong_state`. */
export class PostService {
  readonly #parts: PublishingParts

  constructor(parts: PublishingParts) {
    this.#parts = parts
  }

  /**
   * Makes a post for each account, or for none.
   * @param remember runs in the transaction that makes them, last.
   * @throws {Problem} `post_invalid` with everything that is wrong.
   */
  async create(
    request: PostRequest,
    remember: (tx: Transaction, posts: Post[]) => Promise<void>,
  ): Promise<Post[]> {
    const { clock, onPostMoved, random, unitOfWork } = this.#parts
    const now = clock.now()
    const errors: FieldError[] = []
    const source = sourceOf(request, errors)
    const schedule =
      request.scheduledAt === undefined
        ? undefined
        : resolveSchedule(request.scheduledAt, request.timeZone, now)
    if (schedule?.ok === false)
      errors.push({ field: schedule.field, rule: schedule.rule, message: schedule.message })
    const content: PostContent | undefined =
      source === undefined
        ? undefined
        : {
            kind: source.type === 'photos' ? 'photo' : 'video',
            mode: request.mode,
            options: request.options,
            source,
          }
    if (content !== undefined) errors.push(...checkContent(content, this.#parts.rules))
    const accounts: Account[] = []
    const seen = new Set<string>()
    for (const [index, account] of request.accounts.entries()) {
      const field = `accounts[${index}]`
      if ('missing' in account)
        errors.push({ field, rule: 'not_found', message: `There is no account ${account.missing}.` })
      else if (seen.has(account.id))
        errors.push({ field, rule: 'duplicate', message: `${account.id} is named twice.` })
      else {
        seen.add(account.id)
        const barred = checkAccount(account, request.mode, field)
        errors.push(...barred)
        if (barred.length === 0) accounts.push(account)
      }
    }
    const notes =
      content === undefined
        ? new Map<string, string>()
        : await this.#checkCreators(content, request, accounts, errors)
    if (errors.length > 0 || content === undefined || source === undefined) throw invalid(errors)

    const at = schedule?.ok === true ? schedule : undefined
    const groupId = newId('grp', clock, random)
    const posts = accounts.map((account) => ({
      id: newId('post', clock, random),
      workspaceId: request.workspaceId,
      groupId,
      accountId: account.id,
      ...content,
      source,
      scheduledAt: at?.at,
      timeZone: request.timeZone,
      stepAt: now,
      now,
      cause: 'created',
      detail: {
        creator_info: notes.get(account.id) ?? 'not_needed',
        ...(at?.adjusted === undefined ? {} : { local_time: at.adjusted }),
      },
    }))
    return unitOfWork(async (work) => {
      const made = await insertPosts(work.tx, posts)
      for (const post of made)
        await work.enqueue(ADVANCE_POST, { postId: post.id }, { at: now, key: `${post.id}:${post.version}` })
      // Sorted, because the order of each account's events is held until the commit.
      for (const post of made.toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1)))
        await onPostMoved(work, { before: undefined, post, cause: 'created' })
      await remember(work.tx, made)
      return made
    })
  }

  /** Changes what is posted, before TikTok was asked. @throws {Problem} */
  update(
    workspaceId: string,
    id: string,
    change: Partial<Pick<PostRequest, 'video' | 'photos' | 'options'>>,
  ): Promise<Post> {
    return this.#change(workspaceId, id, async (post) => {
      if (!isBeforeInit(post)) throw wrongState(post, 'changed')
      const errors: FieldError[] = []
      const source =
        change.video === undefined && change.photos === undefined ? post.source : sourceOf(change, errors)
      if (source === undefined) throw invalid(errors)
      const content: PostContent = {
        kind: source.type === 'photos' ? 'photo' : 'video',
        mode: post.mode,
        options: change.options ?? post.options,
        source,
      }
      errors.push(...checkContent(content, this.#parts.rules))
      const account = await findAccount(this.#parts.db, workspaceId, post.accountId)
      if (account !== undefined) await this.#checkCreators(content, { workspaceId }, [account], errors)
      if (errors.length > 0) throw invalid(errors)
      return { set: { kind: content.kind, options: content.options, source } }
    })
  }

  /** @throws {Problem} when the time is wrong, or TikTok was asked already. */
  reschedule(
    workspaceId: string,
    id: string,
    to: { scheduledAt: string | undefined; timeZone: string | undefined },
  ): Promise<Post> {
    const now = this.#parts.clock.now()
    const schedule =
      to.scheduledAt === undefined ? undefined : resolveSchedule(to.scheduledAt, to.timeZone, now)
    if (schedule?.ok === false)
      throw invalid([{ field: schedule.field, rule: schedule.rule, message: schedule.message }])
    const at = schedule?.at
    return this.#change(workspaceId, id, (post) => {
      if (!isBeforeInit(post)) throw wrongState(post, 'rescheduled')
      return Promise.resolve({
        // From `accepted` the next step sees the time by itself.
        ...(post.state === 'accepted'
          ? {}
          : {
              to: 'waiting_for_time' as const,
              cause: 'rescheduled',
              detail: { until: new Date(at ?? now).toISOString() },
            }),
        set: { scheduledAt: at, timeZone: to.timeZone, stateReason: undefined, stepAt: at ?? now },
      })
    })
  }

  /** Cancels at once, or asks whoever works on the post to. @throws {Problem} when it is too late. */
  async cancel(workspaceId: string, id: string): Promise<Post> {
    const { clock, unitOfWork } = this.#parts
    const post = await this.#mustFind(workspaceId, id)
    if (post.state === 'cancelled') return post
    const underWay = post.state === 'uploading' || (post.state === 'processing' && pullsMedia(post))
    if (!underWay)
      return this.#change(workspaceId, id, (current) => {
        const early =
          isBeforeInit(current) || (current.state === 'initialising' && current.initSentAt === undefined)
        if (!early) throw wrongState(current, 'cancelled')
        return Promise.resolve({
          to: 'cancelled' as const,
          cause: 'cancelled_by_caller',
          set: { stepAt: undefined, stateReason: undefined },
        })
      })
    const now = clock.now()
    await unitOfWork(async (work) => {
      await requestCancel(work.tx, id, now)
      await work.enqueue(ADVANCE_POST, { postId: id }, { at: now, key: `${id}:cancel` })
    })
    return this.#mustFind(workspaceId, id)
  }

  /** A new attempt at a failed post; the failed one stays in its record. @throws {Problem} */
  retry(
    workspaceId: string,
    id: string,
    remember: (tx: Transaction, post: Post) => Promise<void>,
  ): Promise<Post> {
    const now = this.#parts.clock.now()
    return this.#change(
      workspaceId,
      id,
      (post) => {
        if (post.state !== 'failed') throw wrongState(post, 'retried')
        return Promise.resolve({
          to: 'accepted' as const,
          cause: 'retried',
          detail: {
            attempt: post.attempt + 1,
            failed_with: post.failReason ?? null,
            publish_id: post.publishId ?? null,
          },
          set: {
            attempt: post.attempt + 1,
            publishId: undefined,
            upload: undefined,
            uploadSealed: undefined,
            uploadedBytes: 0,
            initSentAt: undefined,
            failReason: undefined,
            failDetail: undefined,
            failAction: undefined,
            stateReason: undefined,
            processingSince: undefined,
            cancelRequestedAt: undefined,
            failures: 0,
            stepAt: now,
          },
        })
      },
      remember,
    )
  }

  /** A person says what became of a doubtful post. @throws {Problem} */
  resolve(
    workspaceId: string,
    id: string,
    said: { outcome: 'happened' | 'did_not_happen'; postId: string | undefined },
  ): Promise<Post> {
    const now = this.#parts.clock.now()
    return this.#change(workspaceId, id, (post) => {
      if (post.state !== 'needs_attention') throw wrongState(post, 'resolved')
      const detail = { doubt: post.stateReason ?? null }
      if (said.outcome === 'happened')
        return Promise.resolve({
          to: 'published' as const,
          cause: 'person_said_it_happened',
          detail,
          set: {
            postIds: said.postId === undefined ? post.postIds : [said.postId],
            publishedAt: now,
            stateReason: undefined,
            initSentAt: undefined,
            stepAt: undefined,
          },
        })
      return Promise.resolve({
        to: 'failed' as const,
        cause: 'person_said_it_did_not_happen',
        detail,
        set: {
          failReason: 'did_not_happen',
          failDetail: 'A person looked and found no post.',
          failAction: 'Retry it.',
          stateReason: undefined,
          initSentAt: undefined,
          stepAt: undefined,
        },
      })
    })
  }

  /** Against what the creators allow at this moment, as far as TikTok answers soon. Adds to `errors`. */
  async #checkCreators(
    content: PostContent,
    { workspaceId }: { workspaceId: string },
    accounts: readonly Account[],
    errors: FieldError[],
  ): Promise<Map<string, string>> {
    const { db, gate, blobs } = this.#parts
    const notes = new Map<string, string>()
    const asset =
      content.source.type === 'asset' ? await findAsset(db, workspaceId, content.source.assetId) : undefined
    if (content.source.type === 'asset' && asset === undefined)
      errors.push({ field: 'video.asset_id', rule: 'not_found', message: 'There is no such asset.' })
    const limits: number[] = []
    if (content.mode === 'direct')
      for (let first = 0; first < accounts.length; first += CREATORS_AT_ONCE) {
        const batch = accounts.slice(first, first + CREATORS_AT_ONCE)
        for (const { account, creator, note, error } of await Promise.all(
          batch.map((account) => this.#askCreator(account)),
        )) {
          notes.set(account.id, note)
          if (error !== undefined) errors.push(error)
          if (creator === undefined) continue
          errors.push(...checkCreator(content, creator, `${creator.name} (${account.id})`))
          limits.push(creator.maxVideoPostDurationSec)
        }
      }
    if (asset !== undefined) {
      const { verdict, findings } = await gate.judgeVideo(
        { workspaceId, info: asset.info, file: () => blobs.localFile(asset.hash) },
        { maxDurationSec: limits.length === 0 ? undefined : Math.min(...limits) },
      )
      if (verdict === 'block') errors.push(...mediaErrors(findings, 'video.asset_id'))
    }
    return notes
  }

  async #askCreator(account: Account) {
    const { governor, port, rates, clock, random } = this.#parts
    const ref = { workspaceId: account.workspaceId, accountId: account.id }
    const call = {
      appId: account.appId,
      accountId: account.id,
      rule: rates.creatorInfo,
      lane: 'person' as const,
      ticket: newId('req', clock, random),
    }
    const slot = await governor.wait(call, CREATOR_INFO_PATIENCE_MS)
    if (!slot.granted) return { account, creator: undefined, note: 'deferred: window_full', error: undefined }
    const sentAt = clock.now()
    const result = await port.creatorInfo(ref)
    const failure = result.ok ? undefined : result.failure
    if (failure?.sent === 'no') await governor.giveBack(slot)
    const kind = failure === undefined ? undefined : kindOf(failure)
    await governor.settle(call, slot, {
      sentAt,
      answeredAt: clock.now(),
      blockedUntil:
        kind === 'window' ? (failure?.until ?? clock.now() + rates.creatorInfo.windowMs) : undefined,
    })
    if (result.ok) return { account, creator: result.value, note: 'checked', error: undefined }
    const { code } = result.failure
    // A cap is waited for, and what passes is asked again before the init. The rest will not get better by itself.
    if (kind !== 'grant' && kind !== 'refused')
      return { account, creator: undefined, note: `deferred: ${code}`, error: undefined }
    const meaning = port.explain(code)?.meaning ?? result.failure.message
    return {
      account,
      creator: undefined,
      note: code,
      error: { field: 'accounts', rule: code, message: `${account.id}: ${meaning}` },
    }
  }

  /** Applies a change to the post as it is, again from the start when someone else was faster. */
  async #change(
    workspaceId: string,
    id: string,
    decide: (post: Post) => Promise<Omit<PostChange, 'now'>>,
    remember: (tx: Transaction, post: Post) => Promise<void> = () => Promise.resolve(),
  ): Promise<Post> {
    const { clock, governor, onPostMoved, unitOfWork } = this.#parts
    for (let tries = 0; tries < TRIES; tries += 1) {
      const post = await this.#mustFind(workspaceId, id)
      const change = await decide(post)
      const now = clock.now()
      const saved = await unitOfWork(async (work) => {
        const result = await savePost(work.tx, post, {
          ...change,
          // Whoever works on it finds that it is another version, and lets go.
          set: { ...change.set, leaseOwner: undefined, leaseUntil: undefined },
          now,
        })
        if (result === undefined) return undefined
        if (result.stepAt !== undefined)
          await work.enqueue(
            ADVANCE_POST,
            { postId: id },
            { at: result.stepAt, key: `${id}:${result.version}` },
          )
        if (change.to !== undefined)
          await onPostMoved(work, { before: post, post: result, cause: change.cause ?? '' })
        await remember(work.tx, result)
        return result
      })
      if (saved === undefined) continue
      if (saved.stepAt === undefined) await governor.leave([`${id}:creator`, `${id}:init`])
      return saved
    }
    throw problem('conflict', 'The post keeps changing; read it and try again.')
  }

  async #mustFind(workspaceId: string, id: string): Promise<Post> {
    const post = await findPost(this.#parts.db, workspaceId, id)
    if (post === undefined) throw problem('not_found', 'There is no such post.')
    return post
  }
}

function isBeforeInit(post: Post): boolean {
  return BEFORE_INIT.has(post.state)
}

function sourceOf(
  { video, photos }: Partial<Pick<PostRequest, 'video' | 'photos'>>,
  errors: FieldError[],
): PostSource | undefined {
  const wrong = (field: string, rule: string, message: string): undefined => {
    errors.push({ field, rule, message })
  }
  if (video !== undefined && photos !== undefined)
    return wrong('photos', 'one_source', 'A post is a video or photos, not both.')
  if (photos !== undefined) return { type: 'photos', ...photos }
  if (video === undefined) return wrong('video', 'required', 'Name a video or photos.')
  const { assetId, url } = video
  if (assetId !== undefined && url !== undefined)
    return wrong('video.url', 'one_source', 'Name an asset_id or a url, not both.')
  if (assetId !== undefined) return { type: 'asset', assetId }
  if (url !== undefined) return { type: 'url', url }
  return wrong('video.asset_id', 'required', 'Name an asset_id or a url.')
}

function invalid(errors: readonly FieldError[]): Problem {
  return new Problem({
    status: 422,
    code: 'post_invalid',
    title: 'The post would be refused; errors lists everything that is wrong',
    errors,
  })
}

function wrongState(post: Post, what: string): Problem {
  return new Problem({
    status: 409,
    code: 'post_wrong_state',
    title: 'The post is not in a state that allows this',
    detail: `A post that is ${post.state} can no longer be ${what}.`,
  })
}

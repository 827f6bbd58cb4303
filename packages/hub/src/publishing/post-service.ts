import type { FieldError } from '@tockwork/api'
import { newId, RisingIds } from '../ids.ts'
import { type Account, findAccount } from '../storage/accounts.ts'
import { Batcher } from '../storage/batcher.ts'
import type { Transaction } from '../storage/database.ts'
import { findPostConsent, insertPostConsents } from '../storage/post-consents.ts'
import { forgetFailures } from '../storage/post-media.ts'
import { insertPosts, requestCancel } from '../storage/posts.ts'
import { requireConsent } from '../storage/workspaces.ts'
import { changePost, mustFindPost } from './change-post.ts'
import { checkAccount, checkConsent, checkContent, type PostContent } from './check-post.ts'
import { enqueueAdvances } from './coming-posts.ts'
import { CreatorCheck } from './creator-check.ts'
import { type Post, pullsMedia } from './post.ts'
import {
  type Author,
  invalid,
  kindOfSource,
  type PostRequest,
  type PostTime,
  rethrowGoneAsset,
  sourceOf,
  wrongState,
} from './post-request.ts'
import { BEFORE_INIT } from './post-states.ts'
import { movedTo, timeOf } from './post-time.ts'
import { takeSlots } from './queue-service.ts'
import { ADVANCE_POST, type PublishingParts } from './step.ts'

/** What people do with posts. Whatever is not allowed in the post's state is refused with `post_wrong_state`. */
export class PostService {
  readonly #parts: PublishingParts
  readonly #creators: CreatorCheck
  readonly #ids: RisingIds
  readonly #consentRules: Batcher<string, boolean>

  constructor(parts: PublishingParts) {
    this.#parts = parts
    this.#ids = new RisingIds('post', parts.clock, parts.random)
    this.#creators = new CreatorCheck(parts)
    this.#consentRules = new Batcher((ids) => requireConsent(parts.db, ids))
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
    const { accounts, content, errors, notes, schedule, source } = await this.#examine(request, now)
    if (errors.length > 0 || content === undefined || source === undefined) throw invalid(errors)

    const { approvalRequired, actor } = request.by
    const groupId = newId('grp', clock, random)
    return unitOfWork(async (work) => {
      const slots = request.time.nextSlot ? await takeSlots(work.tx, accounts, now) : undefined
      const made = await insertPosts(
        work.tx,
        accounts.map((account) => ({
          id: this.#ids.next(),
          workspaceId: request.workspaceId,
          groupId,
          accountId: account.id,
          ...content,
          source,
          scheduledAt: slots?.get(account.id)?.at ?? schedule?.at,
          timeZone: slots?.get(account.id)?.timeZone ?? request.time.timeZone,
          slotAt: slots?.get(account.id)?.at,
          approvalRequired,
          madeBy: actor,
          now,
          cause: 'created',
          detail: {
            creator_info: notes.get(account.id) ?? 'not_needed',
            ...(schedule?.adjusted === undefined ? {} : { local_time: schedule.adjusted }),
          },
        })),
      )
      const { consent } = request
      if (consent !== undefined && request.mode === 'direct')
        await insertPostConsents(
          work.tx,
          made.map(({ id, workspaceId }) => ({ ...consent, postId: id, workspaceId })),
        )
      const advances = made.flatMap(({ id, version, stepAt: at }) =>
        at === undefined ? [] : [{ id, version, at }],
      )
      await enqueueAdvances(work, advances, now)
      // Sorted, because the order of each account's events is held until the commit.
      for (const post of made.toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1)))
        await onPostMoved(work, { before: undefined, post, cause: 'created' })
      await remember(work.tx, made)
      return made
    }).catch(rethrowGoneAsset)
  }

  /**
   * What `create` would refuse a request for; nothing is made. Whether the queue has a free slot, and what is seen in the
   * file later, is not looked at.
   */
  async check(request: PostRequest): Promise<FieldError[]> {
    return (await this.#examine(request, this.#parts.clock.now())).errors
  }

  async #examine(request: PostRequest, now: number) {
    const errors: FieldError[] = []
    const asked = request.accounts.flatMap((account) => ('missing' in account ? [] : [account]))
    const onTikTok = (account: Account): boolean => this.#parts.wholes(account.platform) === undefined
    const textAlone = asked.length > 0 && !asked.some(onTikTok)
    const source = sourceOf(request, errors, { textAlone })
    const schedule = timeOf(request.time, now, errors)
    const content: PostContent | undefined =
      source === undefined
        ? undefined
        : {
            kind: kindOfSource(source),
            mode: request.mode,
            options: request.options,
            source,
          }
    if (content !== undefined && (asked.length === 0 || asked.some(onTikTok)))
      errors.push(
        ...checkContent(content, this.#parts.rules),
        ...checkConsent(content, request.consent, await this.#needsConsent(request)),
      )
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
        const barred =
          this.#parts.wholes(account.platform)?.checkAccount(account, request.mode, field) ??
          checkAccount(account, request.mode, field)
        errors.push(...barred)
        if (barred.length === 0) accounts.push(account)
      }
    }
    const notes =
      content === undefined
        ? new Map<string, string>()
        : await this.#creators.check(content, request, accounts, errors)
    return { accounts, content, errors, notes, schedule, source }
  }

  #needsConsent({ mode, consentRequired, workspaceId }: PostRequest): Promise<boolean> | boolean {
    return mode === 'direct' && (consentRequired ?? this.#consentRules.ask(workspaceId))
  }

  /**
   * Changes what is posted, before TikTok was asked. An approval was for what it was: changed, it is asked for again.
   * @throws {Problem}
   */
  update(
    workspaceId: string,
    id: string,
    change: Partial<Pick<PostRequest, 'video' | 'photos' | 'options'>> & { by: Author },
  ): Promise<Post> {
    const decide = async (post: Post) => {
      if (!BEFORE_INIT.has(post.state)) throw wrongState(post, 'changed')
      const errors: FieldError[] = []
      const account = await findAccount(this.#parts.db, workspaceId, post.accountId)
      const onTikTok = account === undefined || this.#parts.wholes(account.platform) === undefined
      const source =
        change.video === undefined && change.photos === undefined ? post.source : sourceOf(change, errors)
      if (source === undefined) throw invalid(errors)
      const content: PostContent = {
        kind: kindOfSource(source),
        mode: post.mode,
        options: change.options ?? post.options,
        source,
      }
      if (onTikTok) errors.push(...checkContent(content, this.#parts.rules))
      // What was agreed to was the post as it was: with branded content it needs more.
      const consent =
        content.options.brandContent === true ? await findPostConsent(this.#parts.db, post.id) : undefined
      if (onTikTok) errors.push(...checkConsent(content, consent, false))
      if (account !== undefined) await this.#creators.check(content, { workspaceId }, [account], errors)
      if (errors.length > 0) throw invalid(errors)
      const set = { kind: content.kind, options: content.options, source, madeBy: change.by.actor }
      if (!post.approvalRequired && !change.by.approvalRequired) {
        if (post.state !== 'media_blocked') return { set }
        const now = this.#parts.clock.now()
        // What held it may be gone with the change: it is decided about anew.
        return {
          to: 'accepted' as const,
          cause: 'changed',
          set: { ...set, stateReason: undefined, stepAt: now },
        }
      }
      return {
        to: 'waiting_for_approval' as const,
        cause: 'changed',
        detail: { by: change.by.actor, decision_before: post.decision ?? null },
        set: {
          ...set,
          approvalRequired: true,
          decision: undefined,
          decidedBy: undefined,
          decidedAt: undefined,
          decisionReason: undefined,
          stateReason: undefined,
          stepAt: undefined,
        },
      }
    }
    // Whoever names media again says that it may come now, also when its address is the one from before.
    const remember = (tx: Transaction): Promise<void> =>
      change.video === undefined && change.photos === undefined ? Promise.resolve() : forgetFailures(tx, id)
    return changePost(this.#parts, workspaceId, id, decide, { remember }).catch(rethrowGoneAsset)
  }

  /** @throws {Problem} when the time is wrong, there is no queue, or TikTok was asked already. */
  async reschedule(workspaceId: string, id: string, to: PostTime): Promise<Post> {
    const now = this.#parts.clock.now()
    const errors: FieldError[] = []
    const schedule = timeOf(to, now, errors)
    if (errors.length > 0) throw invalid(errors)
    return changePost(
      this.#parts,
      workspaceId,
      id,
      (post) => {
        if (!BEFORE_INIT.has(post.state)) throw wrongState(post, 'rescheduled')
        return Promise.resolve(movedTo(post, { at: schedule?.at, timeZone: to.timeZone, slot: false }, now))
      },
      {
        within: async (work, post, change) => {
          if (!to.nextSlot) return change
          // It gives its own slot back, but does not take it again: the next one is later.
          const slot = (await takeSlots(work.tx, [{ id: post.accountId }], now)).get(post.accountId)
          return movedTo(post, { at: slot?.at, timeZone: slot?.timeZone, slot: true }, now)
        },
      },
    )
  }

  /** Cancels at once, or asks whoever works on the post to. @throws {Problem} when it is too late. */
  async cancel(workspaceId: string, id: string): Promise<Post> {
    const { clock, unitOfWork } = this.#parts
    const post = await mustFindPost(this.#parts.db, workspaceId, id)
    if (post.state === 'cancelled') return post
    const underWay = post.state === 'uploading' || (post.state === 'processing' && pullsMedia(post))
    if (!underWay)
      return changePost(this.#parts, workspaceId, id, (current) => {
        const early =
          BEFORE_INIT.has(current.state) ||
          (current.state === 'initialising' && current.initSentAt === undefined)
        if (!early) throw wrongState(current, 'cancelled')
        return Promise.resolve({
          to: 'cancelled' as const,
          cause: 'cancelled_by_caller',
          // Whoever comes next may have its slot.
          set: { stepAt: undefined, stateReason: undefined, slotAt: undefined },
        })
      })
    const now = clock.now()
    await unitOfWork(async (work) => {
      await requestCancel(work.tx, id, now)
      await work.enqueue(ADVANCE_POST, { postId: id }, { at: now, key: `${id}:cancel` })
    })
    return mustFindPost(this.#parts.db, workspaceId, id)
  }

  /** A new attempt at a failed post; the failed one stays in its record. @throws {Problem} */
  retry(
    workspaceId: string,
    id: string,
    remember: (tx: Transaction, post: Post) => Promise<void>,
  ): Promise<Post> {
    const now = this.#parts.clock.now()
    return changePost(
      this.#parts,
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
      {
        remember: async (tx, post) => {
          await forgetFailures(tx, id)
          await remember(tx, post)
        },
      },
    )
  }

  /** A person says what became of a doubtful post. @throws {Problem} */
  resolve(
    workspaceId: string,
    id: string,
    said: { outcome: 'happened' | 'did_not_happen'; postId: string | undefined },
  ): Promise<Post> {
    const now = this.#parts.clock.now()
    return changePost(this.#parts, workspaceId, id, (post) => {
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
}

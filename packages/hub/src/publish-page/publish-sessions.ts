/** Links to the publish page: who makes them, who opens them, and what a creator submits. */
import { createHash } from 'node:crypto'
import { type FieldError, Problem, problem } from '@tockwork/api'
import { type AssetParts, addAsset } from '../assets/asset-service.ts'
import { newId } from '../ids.ts'
import { checkAccount, checkContent, mediaErrors } from '../publishing/check-post.ts'
import { type CreatorAsked, CreatorCheck } from '../publishing/creator-check.ts'
import type { Post } from '../publishing/post.ts'
import { NO_SUCH_ASSET, sourceOf } from '../publishing/post-request.ts'
import type { PostService } from '../publishing/post-service.ts'
import { timeOf } from '../publishing/post-time.ts'
import type { PublishingParts } from '../publishing/step.ts'
import { type Account, findAccount } from '../storage/accounts.ts'
import { findApp } from '../storage/apps.ts'
import { type Asset, findAsset, findLibraryAsset } from '../storage/assets.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Transaction } from '../storage/database.ts'
import { findPost } from '../storage/posts.ts'
import {
  claimSessionAccount,
  deleteOldPublishSessions,
  fillSessionAccount,
  findPublishSessionByToken,
  insertPublishSession,
  listSessionAccounts,
  type PublishSession,
  releaseSessionAccount,
  setSessionAsset,
} from '../storage/publish-sessions.ts'
import { originProblem } from './origins.ts'
import { addressOf, type StatusWords, statusWords } from './status-words.ts'
import { type AccountChoice, disclosureErrors, optionsOf, type Submission } from './submission.ts'

export interface PublishPageParts {
  publishing: PublishingParts
  posts: PostService
  assets: AssetParts
  /** Where creators reach the hub, without a slash at the end. */
  publicUrl: string
}

export type NewPublishSession = Pick<
  PublishSession,
  'workspaceId' | 'createdBy' | 'approvalRequired' | 'isDemo' | 'mode' | 'title' | 'description' | 'origins'
> & {
  accounts: readonly (Account | { missing: string })[]
  video: { assetId?: string | undefined; url?: string | undefined } | undefined
  photos: { urls: string[]; coverIndex: number } | undefined
  mayUpload: boolean | undefined
  scheduledAt: string | undefined
  timeZone: string | undefined
  livesForMs: number
}

/** One account as the page shows it. */
export interface PageAccount {
  account: Account
  /** TikTok's answer of this moment; drafts need none. */
  asked: CreatorAsked | undefined
  /** Why nothing can be posted to it, as far as our own books say. */
  barred: FieldError | undefined
  /** The creator may choose only this level: TikTok has not audited the app. */
  unaudited: boolean
  postId: string | undefined
}

export interface PageView {
  session: PublishSession
  accounts: PageAccount[]
  asset: Asset | undefined
  /** What TikTok would refuse of the file. */
  mediaErrors: FieldError[]
}

export interface AccountStatus {
  accountId: string
  postId: string | undefined
  state: Post['state'] | undefined
  words: StatusWords | undefined
  url: string | undefined
}

/** What a submission came to, account by account. */
export interface SubmitResult {
  accountId: string
  postId: string | undefined
  errors: readonly FieldError[]
}

const TOKEN_BYTES = 32
const TOKEN = /^[\w-]{43}$/
/** How long whoever submits may take before another try counts: longer than any request lives. */
const CLAIM_MS = 60_000
/** After its end a page still shows what became of its posts. */
const SHOWN_MS = 86_400_000

export class PublishSessions {
  readonly #parts: PublishPageParts
  readonly #creators: CreatorCheck

  constructor(parts: PublishPageParts) {
    this.#parts = parts
    this.#creators = new CreatorCheck(parts.publishing)
  }

  /** @throws {Problem} `invalid_request` with everything that is wrong. */
  async create(
    wish: NewPublishSession,
    remember: (tx: Transaction, made: { session: PublishSession; url: string }) => Promise<void>,
  ): Promise<{ session: PublishSession; url: string }> {
    const { clock, random, unitOfWork, db, rules } = this.#parts.publishing
    const now = clock.now()
    const errors: FieldError[] = []
    const accountIds = accountIdsOf(wish.accounts, errors)
    const { video, photos } = wish
    const mayUpload = wish.mayUpload ?? (video === undefined && photos === undefined)
    const nothing = video === undefined && photos === undefined
    if (nothing && !mayUpload)
      errors.push({ field: 'video', rule: 'required', message: 'Name media, or allow_upload.' })
    if (photos !== undefined && mayUpload)
      errors.push({
        field: 'allow_upload',
        rule: 'not_applicable',
        message: 'TikTok downloads photos from addresses and takes no files: leave this out.',
      })
    const source = nothing ? undefined : sourceOf(wish, errors)
    if (source !== undefined) {
      const kind = source.type === 'photos' ? 'photo' : 'video'
      errors.push(...checkContent({ kind, mode: 'draft', options: {}, source }, rules))
    }
    if (source?.type === 'asset') {
      const asset = await findLibraryAsset(db, wish.workspaceId, source.assetId)
      if (asset === undefined) errors.push(NO_SUCH_ASSET)
      else if (asset.info.kind !== 'video')
        errors.push({ field: 'video.asset_id', rule: 'not_a_video', message: 'The asset is no video.' })
    }
    timeOf({ scheduledAt: wish.scheduledAt, timeZone: wish.timeZone, nextSlot: false }, now, errors)
    for (const [index, origin] of wish.origins.entries()) {
      const message = originProblem(origin)
      if (message !== undefined) errors.push({ field: `origins[${index}]`, rule: 'origin', message })
    }
    if (errors.length > 0) throw problem('invalid_request', errors[0]?.message, { errors })

    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
    const session: PublishSession = {
      id: newId('pub', clock, random),
      workspaceId: wish.workspaceId,
      createdBy: wish.createdBy,
      approvalRequired: wish.approvalRequired,
      isDemo: wish.isDemo,
      mode: wish.mode,
      kind: source?.type === 'photos' ? 'photo' : 'video',
      assetId: source?.type === 'asset' ? source.assetId : undefined,
      mayUpload,
      videoUrl: source?.type === 'url' ? source.url : undefined,
      photoUrls: source?.type === 'photos' ? source.urls : [],
      coverIndex: source?.type === 'photos' ? source.coverIndex : 0,
      title: wish.title,
      description: wish.description,
      scheduledAt: wish.scheduledAt,
      timeZone: wish.timeZone,
      origins: [...new Set(wish.origins)],
      createdAt: now,
      expiresAt: now + wish.livesForMs,
    }
    const url = `${this.#parts.publicUrl}/publish/${token}`
    await unitOfWork(async ({ tx }) => {
      await insertPublishSession(tx, session, { tokenHash: hashOf(token), accountIds })
      await appendAudit(tx, {
        workspaceId: session.workspaceId,
        at: now,
        actor: wish.createdBy,
        action: 'publish_session.create',
        subject: session.id,
        detail: { accounts: accountIds, mode: session.mode },
      })
      await remember(tx, { session, url })
    })
    return { session, url }
  }

  /** The session of a token; `expired`: nothing can be submitted any more. Undefined when there is none to show. */
  async find(token: string): Promise<{ session: PublishSession; expired: boolean } | undefined> {
    const { db, clock } = this.#parts.publishing
    if (!TOKEN.test(token)) return undefined
    const session = await findPublishSessionByToken(db, hashOf(token))
    const now = clock.now()
    if (session === undefined || now >= session.expiresAt + SHOWN_MS) return undefined
    return { session, expired: now >= session.expiresAt }
  }

  /** Everything that the page shows, with what TikTok says about each creator at this moment. */
  async view(session: PublishSession): Promise<PageView> {
    const { db, gate, blobs } = this.#parts.publishing
    const listed = await listSessionAccounts(db, session.id)
    const accounts = (
      await Promise.all(listed.map((one) => this.#accountOf(session, one.accountId, one.postId)))
    ).filter((account) => account !== undefined)
    const asset =
      session.assetId === undefined ? undefined : await findAsset(db, session.workspaceId, session.assetId)
    const errors: FieldError[] = []
    if (asset !== undefined) {
      const { verdict, findings } = await gate.judgeVideo(
        { workspaceId: session.workspaceId, info: asset.info, file: () => blobs.localFile(asset.hash) },
        {},
      )
      if (verdict === 'block') errors.push(...mediaErrors(findings, 'video'))
    }
    return { session, accounts, asset, mediaErrors: errors }
  }

  /** Takes another video in. @throws {Problem} */
  async takeFile(
    session: PublishSession,
    file: { content: AsyncIterable<Uint8Array>; name: string | undefined; signal: AbortSignal },
  ): Promise<Asset> {
    if (!session.mayUpload) throw problem('conflict', 'This page takes no other video.')
    const { asset } = await addAsset(this.#parts.assets, { workspaceId: session.workspaceId, ...file })
    if (asset.info.kind !== 'video')
      throw new Problem({
        status: 422,
        code: 'asset_not_media',
        title: 'The file is no video',
        detail: 'Choose a video: MP4, MOV or WebM.',
      })
    await setSessionAsset(this.#parts.publishing.db, session.id, asset.id)
    return asset
  }

  /**
   * Posts to each account that was named and has no post yet. What is wrong with one account's post leaves the others
   * alone, so that the creator corrects only that.
   */
  async submit(
    session: PublishSession,
    said: Submission,
    from: { ip: string; userAgent: string | undefined },
  ): Promise<SubmitResult[]> {
    const wrong = disclosureErrors(said)
    const results: SubmitResult[] = []
    const listed = await listSessionAccounts(this.#parts.publishing.db, session.id)
    for (const choice of said.accounts) {
      const place = listed.find(({ accountId }) => accountId === choice.account_id)
      if (place === undefined) throw problem('not_found', 'This page is not for that account.')
      const { accountId, postId } = place
      if (postId !== undefined) results.push({ accountId, postId, errors: [] })
      else if (wrong.length > 0) results.push({ accountId, postId: undefined, errors: wrong })
      else results.push(await this.#submitOne(session, said, choice, from))
    }
    return results
  }

  /** How the posts of a page are getting on. */
  async status(session: PublishSession): Promise<AccountStatus[]> {
    const { db } = this.#parts.publishing
    const listed = await listSessionAccounts(db, session.id)
    return Promise.all(
      listed.map(async ({ accountId, postId }) => {
        const [post, account] = await Promise.all([
          postId === undefined ? undefined : findPost(db, session.workspaceId, postId),
          findAccount(db, session.workspaceId, accountId),
        ])
        const name = account?.displayName ?? account?.username ?? 'this account'
        return {
          accountId,
          postId,
          state: post?.state,
          words: post === undefined ? undefined : statusWords(post, name),
          url: post === undefined ? undefined : addressOf(post, account?.username ?? undefined),
        }
      }),
    )
  }

  /** Forgets pages that nobody is shown any more; for an hourly job. */
  forgetOld(): Promise<number> {
    const { db, clock } = this.#parts.publishing
    return deleteOldPublishSessions(db, clock.now() - SHOWN_MS)
  }

  async #accountOf(
    session: PublishSession,
    accountId: string,
    postId: string | undefined,
  ): Promise<PageAccount | undefined> {
    const { db } = this.#parts.publishing
    const account = await findAccount(db, session.workspaceId, accountId)
    if (account === undefined) return undefined
    const [barred] = checkAccount(account, session.mode, 'accounts')
    // What was submitted is shown as it is getting on; TikTok need not be asked what may be chosen.
    const ask = barred === undefined && postId === undefined && session.mode === 'direct'
    const [asked, app] = await Promise.all([
      ask ? this.#creators.ask(account) : undefined,
      findApp(db, session.workspaceId, account.appId),
    ])
    return { account, asked, barred, unaudited: app?.audited === false, postId }
  }

  async #submitOne(
    session: PublishSession,
    said: Submission,
    choice: AccountChoice,
    from: { ip: string; userAgent: string | undefined },
  ): Promise<SubmitResult> {
    const { db, clock } = this.#parts.publishing
    const { workspaceId, id: sessionId } = session
    const accountId = choice.account_id
    const claimedAt = clock.now()
    const place = { sessionId, accountId, claimedAt }
    if (!(await claimSessionAccount(db, { sessionId, accountId, now: claimedAt, heldMs: CLAIM_MS })))
      throw problem('conflict', 'This is being submitted already.')
    try {
      const account = await findAccount(db, workspaceId, accountId)
      const actor = `publish_page:${sessionId}`
      const [post] = await this.#parts.posts.create(
        {
          workspaceId,
          accounts: [account ?? { missing: accountId }],
          mode: session.mode,
          ...mediaOf(session),
          options: optionsOf(said, choice, session),
          time: { scheduledAt: said.scheduled_at, timeZone: said.time_zone, nextSlot: false },
          by: { actor, approvalRequired: session.approvalRequired },
          consent: {
            source: 'publish_page',
            agreed: said.agreed,
            givenAt: claimedAt,
            ip: from.ip,
            userAgent: from.userAgent?.slice(0, 500),
          },
          consentRequired: true,
        },
        async (tx, made) => {
          const postId = made[0]?.id ?? ''
          if (!(await fillSessionAccount(tx, { ...place, postId })))
            throw problem('conflict', 'This is being submitted already.')
          await appendAudit(tx, {
            workspaceId,
            at: claimedAt,
            actor,
            action: 'post.created',
            subject: postId,
            detail: { account_id: accountId, agreed: said.agreed },
          })
        },
      )
      return { accountId, postId: post?.id, errors: [] }
    } catch (error) {
      await releaseSessionAccount(db, place)
      if (!(error instanceof Problem) || error.code !== 'post_invalid') throw error
      return { accountId, postId: undefined, errors: error.errors ?? [] }
    }
  }
}

function mediaOf(session: PublishSession): Pick<NewPublishSession, 'video' | 'photos'> {
  if (session.kind === 'photo')
    return { video: undefined, photos: { urls: session.photoUrls, coverIndex: session.coverIndex } }
  // A file that was chosen on the page goes before an address.
  const { assetId, videoUrl } = session
  const video = assetId !== undefined ? { assetId } : videoUrl !== undefined ? { url: videoUrl } : undefined
  return { video, photos: undefined }
}

function accountIdsOf(accounts: NewPublishSession['accounts'], errors: FieldError[]): string[] {
  const ids: string[] = []
  for (const [index, account] of accounts.entries()) {
    const field = `accounts[${index}]`
    if ('missing' in account)
      errors.push({ field, rule: 'not_found', message: `There is no account ${account.missing}.` })
    else if (account.platform !== 'tiktok')
      errors.push({
        field,
        rule: 'not_applicable',
        message: `${account.id} is no account of TikTok, whose rules the page is about: post to it by POST /v1/posts.`,
      })
    else if (ids.includes(account.id))
      errors.push({ field, rule: 'duplicate', message: `${account.id} is named twice.` })
    else ids.push(account.id)
  }
  return ids
}

/** Whoever reads the table cannot open the page. */
function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token, 'utf8').digest()
}

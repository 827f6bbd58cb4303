import type { FieldError } from '@tockwork/api'
import { newId } from '../ids.ts'
import type { Account } from '../storage/accounts.ts'
import { findApp } from '../storage/apps.ts'
import { findLibraryAsset } from '../storage/assets.ts'
import { checkApp, checkCreator, mediaErrors, type PostContent } from './check-post.ts'
import { kindOf } from './failures.ts'
import { NO_SUCH_ASSET } from './post-request.ts'
import type { CreatorInfo } from './posting-port.ts'
import type { PublishingParts } from './step.ts'

/** How long the request waits for a slot to ask TikTok what the creator allows; beyond, it is asked before the init. */
const CREATOR_INFO_PATIENCE_MS = 2000
const CREATORS_AT_ONCE = 10

/** What TikTok said about a creator. */
export interface CreatorAsked {
  account: Account
  creator: CreatorInfo | undefined
  /** For the record: `checked`, `deferred: …`, or TikTok's code. */
  note: string
  code: string | undefined
  error: FieldError | undefined
}

/** Holds a post against what its creators allow, and its file against the rules for media. */
export class CreatorCheck {
  readonly #parts: PublishingParts

  constructor(parts: PublishingParts) {
    this.#parts = parts
  }

  /** Against what the creators allow at this moment, as far as TikTok answers soon. Adds to `errors`. */
  async check(
    content: PostContent,
    { workspaceId }: { workspaceId: string },
    accounts: readonly Account[],
    errors: FieldError[],
  ): Promise<Map<string, string>> {
    const { db, gate, blobs } = this.#parts
    const notes = new Map<string, string>()
    const asset =
      content.source.type === 'asset'
        ? await findLibraryAsset(db, workspaceId, content.source.assetId)
        : undefined
    if (content.source.type === 'asset' && asset === undefined) errors.push(NO_SUCH_ASSET)
    const { wholes } = this.#parts
    for (const platform of new Set(accounts.map((account) => account.platform)))
      errors.push(...(wholes(platform)?.checkContent(content, asset) ?? []))
    const onTikTok = accounts.filter(({ platform }) => wholes(platform) === undefined)
    if (onTikTok.length === 0) return notes
    // Only direct posts are held against the app.
    const appIds = content.mode === 'direct' ? onTikTok.map(({ appId }) => appId) : []
    for (const appId of new Set(appIds)) {
      const app = await findApp(db, workspaceId, appId)
      if (app !== undefined) errors.push(...checkApp(content, app))
    }
    const limits: number[] = []
    if (content.mode === 'direct')
      for (let first = 0; first < onTikTok.length; first += CREATORS_AT_ONCE) {
        const batch = onTikTok.slice(first, first + CREATORS_AT_ONCE)
        for (const { account, creator, note, error } of await Promise.all(
          batch.map((account) => this.ask(account)),
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

  /**
   * Asks TikTok what a creator allows, in a window of the rate limits. `code` says why it is not known, `error` what only a
   * person can mend.
   */
  async ask(account: Account): Promise<CreatorAsked> {
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
    if (!slot.granted)
      return {
        account,
        creator: undefined,
        note: 'deferred: window_full',
        code: 'window_full',
        error: undefined,
      }
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
    if (result.ok)
      return { account, creator: result.value, note: 'checked', code: undefined, error: undefined }
    const { code } = result.failure
    // A cap is waited for, and what passes is asked again before the init. The rest will not get better by itself.
    if (kind !== 'grant' && kind !== 'refused')
      return { account, creator: undefined, note: `deferred: ${code}`, code, error: undefined }
    const meaning = port.explain(code)?.meaning ?? result.failure.message
    return {
      account,
      creator: undefined,
      note: code,
      code,
      error: { field: 'accounts', rule: code, message: `${account.id}: ${meaning}` },
    }
  }
}

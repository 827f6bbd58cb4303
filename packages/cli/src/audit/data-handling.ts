/**
 * What is kept of a creator, why and how long. It is tied to what the hub's erasure counts: a new kind of stored data does not
 * compile here until it is described, so the packet cannot fall silent about it.
 */
import type { HubClient } from '@tockwork/api'
import type { HubAudit } from './hub-facts.ts'

type Erased = Awaited<ReturnType<HubClient['connectedAccounts']['erase']>>['erased']
type Stored = Exclude<keyof Erased, 'asset_bytes'>

export interface DataKind {
  what: string
  why: string
  kept: string
  /** Scopes without which there is none of it. Empty: every connected account has it. */
  scopes: readonly string[]
}

const ERASED = 'until the account is erased'

const dataKinds: Readonly<Record<Stored, DataKind>> = {
  token_pairs: {
    what: 'access and refresh token, sealed with AES-256-GCM under a key that is not in the database',
    why: 'to call TikTok as the creator',
    kept: 'until the creator disconnects, removes the app at TikTok, or is erased',
    scopes: [],
  },
  profile_fields: {
    what: 'open_id, name, picture and, where granted, username and profile details',
    why: 'to show which account is connected',
    kept: ERASED,
    scopes: [],
  },
  consents_anonymised: {
    what: 'what was agreed to and when, with the address and browser it came from',
    why: 'to prove the consent',
    kept: 'address and browser until the account is erased; dates and scopes stay, without a name',
    scopes: [],
  },
  connect_sessions: {
    what: 'the link by which the creator came to the consent',
    why: 'to bring them back to where they began',
    kept: ERASED,
    scopes: [],
  },
  posts: {
    what: 'captions, options, and each step of a post',
    why: 'to post once, and to say what became of it',
    kept: ERASED,
    scopes: ['video.publish', 'video.upload'],
  },
  videos: {
    what: 'ids, captions, covers and counters of the creator’s public videos',
    why: 'to show the creator’s videos in the product',
    kept: ERASED,
    scopes: ['video.list'],
  },
  metric_points: {
    what: 'counters of profile and videos over time',
    why: 'to show how they grow',
    kept: ERASED,
    scopes: ['video.list', 'user.info.stats'],
  },
  shop_records: {
    what: 'orders, packages, returns, statements and stock of a seller’s shops',
    why: 'to show and to work on the shop in the product',
    kept: ERASED,
    // Shop has scopes of its own; an app of the open API stores none of it.
    scopes: ['seller.order.info'],
  },
  assets: {
    what: 'files that were uploaded to be posted',
    why: 'to send them to TikTok',
    kept: 'until the account is erased, unless another account’s post uses the same file',
    scopes: ['video.publish', 'video.upload'],
  },
}

/** Something that is stored as an envelope of the vault and in no other form. */
export interface SealedKind {
  what: string
  kept: string
}

/** By the column that holds it. A test holds the keys against the hub's own list, which rotation goes by. */
export const sealedKinds: Readonly<Record<string, SealedKind>> = {
  'token_vault.sealed': {
    what: 'access and refresh token of each creator',
    kept: 'until the grant ends or the account is erased',
  },
  'apps.secret_sealed': { what: 'client secret of each app', kept: 'as long as the app is registered' },
  'webhook_secrets.sealed': {
    what: 'secrets that sign the hub’s webhooks',
    kept: 'as long as the endpoint, a rotated one until its overlap is over',
  },
  'posts.upload_sealed': {
    what: 'address to which the bytes of a post go',
    kept: 'until the upload is over, an hour at most',
  },
  'connect_sessions.verifier_sealed': {
    what: 'PKCE verifier of a login under way',
    kept: 'until the callback, a quarter of an hour at most',
  },
  'idempotency_keys.answer_sealed': {
    what: 'answers to requests with an Idempotency-Key',
    kept: 'a day',
  },
}

/** The kinds that an app with these scopes stores at all. */
export function storedWith(scopes: readonly string[]): DataKind[] {
  return Object.values(dataKinds).filter(
    (kind) => kind.scopes.length === 0 || kind.scopes.some((scope) => scopes.includes(scope)),
  )
}

/** The erasures that the hub has carried out, from its audit log. */
export function erasureProof(hub: HubAudit | undefined): string[] {
  if (hub === undefined) return ['No hub was reached, so there is no record of erasures.']
  if (hub.erasures.length === 0)
    return [
      'No account was erased yet. Erase a test account (`DELETE /v1/connected-accounts/{id}`) and write the packet anew.',
    ]
  return hub.erasures.map(
    ({ at, subject, detail }) =>
      `${at}: ${subject}; grant at TikTok: ${String(detail.grant)}; posts: ${String(detail.posts)}; files: ${String(detail.assets)}.`,
  )
}

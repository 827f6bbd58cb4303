/** API keys: who may do what in a workspace. */
import { API_SCOPES, type ApiScope, problem } from '@tockwork/api'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import type { Access, Caller } from '../http/ports.ts'
import { newId } from '../ids.ts'
import {
  type ApiKey,
  findApiKey,
  findApiKeysByHash,
  insertApiKey,
  revokeApiKey,
  supersedeApiKey,
  touchApiKey,
} from '../storage/api-keys.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { Batcher } from '../storage/batcher.ts'
import type { Database, Transaction } from '../storage/database.ts'
import {
  hashApiKey,
  type KeyMode,
  looksLikeApiKey,
  makeApiKey,
  sameHash,
  visiblePart,
} from './api-key-format.ts'

const USE_NOTED_EVERY_MS = 60_000
const LOOKUP_LANES = 2

export interface NewApiKey {
  name: string
  mode: KeyMode
  scopes: readonly ApiScope[]
  expiresAt?: number | null | undefined
}

/** A key that was just made; `secret` is shown to the caller once and stored nowhere. */
export interface MadeApiKey {
  key: ApiKey
  secret: Secret
}

export class ApiKeys implements Access {
  readonly #db: Database
  readonly #clock: Clock
  readonly #random: Random
  /** Asked for every request, so that a key that was ended is ended; requests that come together ask together. */
  readonly #lookups: Batcher<Uint8Array, { key: ApiKey; hash: Uint8Array } | undefined>

  constructor(parts: { db: Database; clock: Clock; random: Random }) {
    this.#db = parts.db
    this.#lookups = new Batcher((hashes) => findApiKeysByHash(parts.db, hashes), { lanes: LOOKUP_LANES })
    this.#clock = parts.clock
    this.#random = parts.random
  }

  /** Who a key belongs to; `undefined` when it is not one, or not any more. */
  async authenticate(text: string): Promise<Caller | undefined> {
    if (!looksLikeApiKey(text)) return undefined
    const hash = hashApiKey(text)
    const found = await this.#lookups.ask(hash)
    if (found === undefined || !sameHash(found.hash, hash)) return undefined
    const { key } = found
    const now = this.#clock.now()
    if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return undefined
    if (key.lastUsedAt === null || key.lastUsedAt <= now - USE_NOTED_EVERY_MS)
      await touchApiKey(this.#db, key.workspaceId, key.id, now, USE_NOTED_EVERY_MS)
    return {
      keyId: key.id,
      workspaceId: key.workspaceId,
      scopes: key.scopes.filter(isApiScope),
      mode: modeOf(key),
    }
  }

  /**
   * Makes a key.
   * @param by who asks: nobody hands on more than they have. `undefined` for the hub itself.
   */
  async create(
    tx: Transaction,
    workspaceId: string,
    wish: NewApiKey,
    actor: string,
    by?: Caller,
  ): Promise<MadeApiKey> {
    const now = this.#clock.now()
    if (wish.expiresAt != null && wish.expiresAt <= now)
      throw problem('invalid_request', 'expires_at lies in the past', { field: 'expires_at' })
    const beyond = by === undefined ? undefined : wish.scopes.find((scope) => !by.scopes.includes(scope))
    if (beyond !== undefined)
      throw problem('scope_missing', `A key cannot give ${beyond}, which it does not have itself.`, {
        field: 'scopes',
      })
    if (by?.mode === 'test' && wish.mode === 'live')
      throw problem('scope_missing', 'A test key cannot make a live key.', { field: 'mode' })
    const secret = makeApiKey(wish.mode, this.#random)
    const key = {
      id: newId('key', this.#clock, this.#random),
      workspaceId,
      name: wish.name,
      prefix: visiblePart(secret),
      scopes: [...new Set(wish.scopes)],
      createdAt: now,
      expiresAt: wish.expiresAt ?? null,
    }
    await insertApiKey(tx, key, hashApiKey(secret.reveal()))
    await appendAudit(tx, {
      workspaceId,
      at: now,
      actor,
      action: 'api_key.create',
      subject: key.id,
      detail: { name: key.name, scopes: key.scopes, mode: wish.mode },
    })
    return { key: { ...key, lastUsedAt: null, revokedAt: null, replacedBy: null }, secret }
  }

  /** Makes a successor with the same rights; the old key goes on for `overlapMs`, so that users can change over. */
  async rotate(
    tx: Transaction,
    workspaceId: string,
    id: string,
    overlapMs: number,
    actor: string,
    by: Caller,
  ): Promise<MadeApiKey> {
    const old = await findApiKey(tx, workspaceId, id)
    if (old === undefined) throw problem('not_found', 'There is no such API key.')
    const { name } = old
    // An end that was set for the key holds for its successor too.
    const expiresAt = old.replacedBy === null ? old.expiresAt : null
    const scopes = old.scopes.filter(isApiScope)
    const wish: NewApiKey = { name, mode: modeOf(old), scopes, expiresAt }
    const now = this.#clock.now()
    if (expiresAt !== null && expiresAt <= now) throw ended()
    const made = await this.create(tx, workspaceId, wish, actor, by)
    const superseded = await supersedeApiKey(tx, workspaceId, id, made.key.id, now, now + overlapMs)
    if (superseded === undefined) throw ended()
    await appendAudit(tx, {
      workspaceId,
      at: now,
      actor,
      action: 'api_key.rotate',
      subject: id,
      detail: { replaced_by: made.key.id, until: new Date(superseded.expiresAt ?? now).toISOString() },
    })
    return made
  }

  /** Ends a key at once. Harmless to repeat. */
  async revoke(workspaceId: string, id: string, actor: string): Promise<ApiKey> {
    return this.#db.transaction().execute(async (tx) => {
      const before = await findApiKey(tx, workspaceId, id)
      const key = await revokeApiKey(tx, workspaceId, id, this.#clock.now())
      if (before === undefined || key === undefined) throw problem('not_found', 'There is no such API key.')
      if (before.revokedAt === null)
        await appendAudit(tx, {
          workspaceId,
          at: this.#clock.now(),
          actor,
          action: 'api_key.revoke',
          subject: id,
          detail: {},
        })
      return key
    })
  }
}

/** Live or test, as the key itself says. */
export function modeOf(key: Pick<ApiKey, 'prefix'>): KeyMode {
  return key.prefix.startsWith('twk_test_') ? 'test' : 'live'
}

function isApiScope(scope: string): scope is ApiScope {
  return (API_SCOPES as readonly string[]).includes(scope)
}

function ended() {
  return problem('conflict', 'The key has ended or was rotated already; make a new one.')
}

/** What a seller, creator or partner granted, and where it is kept. */
import type { ShopUserType } from '@tockwork/contracts/shop'
import { parseJson, Secret, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'

export interface ShopGrant {
  /** Id of the user within this app; grants are kept by it. */
  openId: string
  accessToken: Secret
  /** Replaced by every renewal. */
  refreshToken: Secret
  /** Milliseconds since the epoch, like all times here. */
  obtainedAt: number
  expiresAt: number
  refreshExpiresAt: number
  /** `undefined` for a kind that is not documented. */
  userType: ShopUserType | undefined
  /** A creator may grant a part of what was asked for. */
  scopes: readonly string[]
  sellerName: string | undefined
  /** Country code, such as `US`. */
  sellerBaseRegion: string | undefined
}

/** Where grants are kept. It is read on every call; another process may have renewed a token there. */
export interface ShopGrantStore {
  get(openId: string): Promise<ShopGrant | undefined>
  /** Must not return before the grant would survive a crash: the refresh token before it may be worthless. */
  put(grant: ShopGrant): Promise<void>
  delete(openId: string): Promise<void>
  list(): Promise<string[]>
  /** Runs `fn` while no other process runs one for the same user. Needed where several processes share a store. */
  lock?<T>(openId: string, fn: () => Promise<T>): Promise<T>
}

/** Keeps grants in this process, for tests and single-run programs. */
export class MemoryShopGrantStore implements ShopGrantStore {
  readonly #grants = new Map<string, ShopGrant>()

  async get(openId: string): Promise<ShopGrant | undefined> {
    return this.#grants.get(openId)
  }

  async put(grant: ShopGrant): Promise<void> {
    this.#grants.set(grant.openId, grant)
  }

  async delete(openId: string): Promise<void> {
    this.#grants.delete(openId)
  }

  async list(): Promise<string[]> {
    return [...this.#grants.keys()]
  }
}

const stored = z.object({
  openId: z.string().check(z.minLength(1)),
  accessToken: z.string().check(z.minLength(1)),
  refreshToken: z.string().check(z.minLength(1)),
  obtainedAt: z.number(),
  expiresAt: z.number(),
  refreshExpiresAt: z.number(),
  userType: z.optional(z.enum(['seller', 'creator', 'partner'])),
  scopes: z.array(z.string()),
  sellerName: z.optional(z.string()),
  sellerBaseRegion: z.optional(z.string()),
})

/** The grant as JSON text **with its tokens**, for a store to keep; encrypt it where it lies with others. */
export function serializeShopGrant(grant: ShopGrant): string {
  return JSON.stringify({
    ...grant,
    accessToken: grant.accessToken.reveal(),
    refreshToken: grant.refreshToken.reveal(),
  })
}

/** Reads what `serializeShopGrant` wrote. @throws {UsageError} when it is something else */
export function parseShopGrant(text: string): ShopGrant {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    // Said below, without the text: it holds tokens.
  }
  const parsed = z.safeParse(stored, value)
  if (!parsed.success)
    throw new UsageError('a stored grant is damaged', {
      code: 'token_set_damaged',
      action: 'Remove it from the store and connect the seller again.',
    })
  const { userType, sellerName, sellerBaseRegion, ...rest } = parsed.data
  return {
    ...rest,
    accessToken: new Secret(rest.accessToken),
    refreshToken: new Secret(rest.refreshToken),
    userType,
    sellerName,
    sellerBaseRegion,
  }
}

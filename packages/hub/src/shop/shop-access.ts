/** Tokens for calls that come one after the other, by the dozen a second. */
import type { Clock, Secret } from '@tockwork/kernel'
import type { ShopAccess } from '../tiktok/shop/shop-reading.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'

/** How long an access token is used without looking whether there is another one. */
const KEPT_MS = 5_000
const MOST_KEPT = 1_000

/**
 * Looks an access token up once in five seconds for each account. One that TikTok refuses meanwhile is looked up, and
 * renewed, as ever: a refused call was not carried out.
 */
export function shopAccess(parts: { clock: Clock; tokens: TokenService; platforms: Platforms }): ShopAccess {
  const { clock, tokens, platforms } = parts
  const kept = new Map<string, { token: Secret; until: number }>()
  return {
    withShop: async ({ workspaceId, accountId, appId }, call) => {
      const known = kept.get(accountId)
      if (known !== undefined && clock.now() < known.until) {
        const result = await call(await platforms.shopOf(workspaceId, appId), known.token)
        if (result.ok || result.failure.needs === undefined) return result
        kept.delete(accountId)
      }
      return tokens.withAccess(workspaceId, accountId, async ({ token, expiresAt }) => {
        const result = await call(await platforms.shopOf(workspaceId, appId), token)
        if (!result.ok) return result
        if (kept.size >= MOST_KEPT) kept.clear()
        kept.set(accountId, { token, until: Math.min(clock.now() + KEPT_MS, expiresAt) })
        return result
      })
    },
  }
}

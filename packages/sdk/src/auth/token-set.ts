import { parseJson, Secret, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'

/** A user's grant with its tokens. The tokens are `Secret`: printing or serialising one shows a placeholder. */
export interface TokenSet {
  openId: string
  accessToken: Secret
  refreshToken: Secret
  scopes: readonly string[]
  /** Milliseconds since the epoch, like all times here. */
  obtainedAt: number
  expiresAt: number
  refreshExpiresAt: number
}

/** What an app may show and keep about a grant. */
export interface Grant {
  openId: string
  scopes: readonly string[]
  expiresAt: number
  refreshExpiresAt: number
  /** Scopes that were asked for and not granted. */
  missingScopes: readonly string[]
}

const stored = z.object({
  openId: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  scopes: z.array(z.string()),
  obtainedAt: z.number(),
  expiresAt: z.number(),
  refreshExpiresAt: z.number(),
})

/** The set as JSON text **with its tokens**, for a token store to keep; encrypt it where it lies with others. */
export function serializeTokenSet(tokens: TokenSet): string {
  return JSON.stringify({
    ...tokens,
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken.reveal(),
  })
}

/**
 * Reads what `serializeTokenSet` wrote.
 * @throws {UsageError} when it is something else.
 */
export function parseTokenSet(text: string): TokenSet {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    // Said below, without the text: it holds tokens.
  }
  const parsed = z.safeParse(stored, value)
  if (!parsed.success) {
    throw new UsageError('a stored token set is damaged', {
      code: 'token_set_damaged',
      action: 'Remove it from the token store and connect the user again.',
    })
  }
  const { accessToken, refreshToken, ...rest } = parsed.data
  return { ...rest, accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken) }
}

const LONGEST_MARGIN_MS = 300_000

/** From when on a token is renewed though it still works: five minutes, or a tenth of its life, before its end. */
export function renewalDue({ expiresAt, obtainedAt }: { expiresAt: number; obtainedAt: number }): number {
  return expiresAt - Math.min(LONGEST_MARGIN_MS, (expiresAt - obtainedAt) / 10)
}

import { Secret } from '@tockwork/kernel'
import { parseTokenSet, serializeTokenSet, type TokenSet } from '@tockwork/sdk'

/** A creator's token pair with what TikTok said about it; `openId` is the creator's id for the app. */
export type PlatformTokens = TokenSet

/** The pair as one secret, to be sealed. */
export function packTokens(tokens: PlatformTokens): Secret {
  return new Secret(serializeTokenSet(tokens))
}

/** @throws {UsageError} when it is not what `packTokens` made; the content is not in the error. */
export function unpackTokens(packed: Secret): PlatformTokens {
  return parseTokenSet(packed.reveal())
}

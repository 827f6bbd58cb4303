import { Secret } from '@tockwork/kernel'
import { parseTokenSet, serializeTokenSet, type TokenSet } from '@tockwork/sdk'

/** A creator's token pair with what the platform said about it; `openId` is the creator's id for the app. */
export interface PlatformTokens extends TokenSet {
  /** The server that holds the account, on platforms that are made of many. An origin. */
  home?: string
  /** What goes with the tokens, such as the private key that they are bound to; the connector's own text. */
  binding?: Secret
}

/** The pair as one secret, to be sealed. */
export function packTokens({ home, binding, ...tokens }: PlatformTokens): Secret {
  const text = serializeTokenSet(tokens)
  if (home === undefined && binding === undefined) return new Secret(text)
  return new Secret(JSON.stringify({ ...JSON.parse(text), home, binding: binding?.reveal() }))
}

/** @throws {UsageError} when it is not what `packTokens` made; the content is not in the error. */
export function unpackTokens(packed: Secret): PlatformTokens {
  const text = packed.reveal()
  const tokens = parseTokenSet(text)
  // It is JSON, or this line is not reached.
  const { home, binding } = JSON.parse(text) as { home?: unknown; binding?: unknown }
  return {
    ...tokens,
    ...(typeof home === 'string' ? { home } : {}),
    ...(typeof binding === 'string' ? { binding: new Secret(binding) } : {}),
  }
}

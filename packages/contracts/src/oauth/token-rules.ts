/** What tokens look like and how long they live, for checks and explanations; an answer's own numbers always win. */

/**
 * Sources: developers.tiktok.com/doc/oauth-user-access-token-management, /doc/client-access-token-management. The
 * prefixes are those of TikTok's samples: enough to recognise a token in the wrong place, not to refuse one.
 */
export const tokenRules = {
  userAccess: { prefix: 'act.', seconds: 86_400, provenance: 'documented' },
  /** Counted from the first issue, by the page; see `refresh-token-lifetime` in the contradictions. */
  userRefresh: { prefix: 'rft.', seconds: 31_536_000, provenance: 'documented' },
  /** Research and Commercial Content only; there is no refresh token. */
  client: { prefix: 'clt.', seconds: 7200, provenance: 'documented' },
  tokenType: 'Bearer',
} as const

/**
 * TikTok's PKCE. Required for desktop and mobile apps, not mentioned for the Web.
 * Source: developers.tiktok.com/doc/login-kit-desktop.
 */
export const pkce = {
  method: 'S256',
  verifier: { minLength: 43, maxLength: 128, characters: 'A-Z a-z 0-9 - . _ ~' },
  /** Lowercase hex of the SHA-256, 64 characters; RFC 7636 would have base64url. */
  challengePattern: /^[0-9a-f]{64}$/,
  requiredFor: ['desktop', 'android', 'ios'],
} as const

/** `error` and `error_description` come instead of `code`, among others when a user may not use third-party login. */
export const callbackErrors = [
  'access_denied',
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
] as const

/** The placeholder in `scan_qrcode_url`, and the limit of what takes its place once URL-encoded. */
export const qrCodeRules = {
  placeholder: 'client_ticket=tobefilled',
  maxEncodedTicketLength: 511,
  /** After these a new code is needed. */
  finalStatuses: ['expired', 'utilised'],
  source: 'https://developers.tiktok.com/doc/login-kit-qr-code-authorization',
} as const

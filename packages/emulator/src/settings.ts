/** What can be set on an emulator, at start or over the control API. */
export interface Settings {
  /** Refuse what the documentation does not promise, instead of accepting it with a warning. */
  strict: boolean
  /** Send `X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds until the window has room). TikTok's pages do not promise them. */
  rateLimitHeaders: boolean
  /** Enforce the documented limits. */
  rateLimits: boolean
  /** A client that keeps calling into 429 is shut out: after so many refusals within a minute, for so long. 0 turns it off. */
  hammeringRefusals: number
  hammeringSeconds: number
  /** HTTP status of OAuth failures: 200 has been observed, RFC 6749 says 400. */
  oauthErrorStatus: number
  accessTokenSeconds: number
  refreshTokenSeconds: number
  clientTokenSeconds: number
  codeSeconds: number
  /** What a refresh does with the refresh token. `grace`: the old one works for another `refreshGraceSeconds`. */
  refreshRotation: 'keep' | 'rotate' | 'grace'
  refreshGraceSeconds: number
  /** From the last byte to PUBLISH_COMPLETE, FAILED or the inbox. */
  processingSeconds: number
  /** From PUBLISH_COMPLETE to public, for public posts. */
  moderationSeconds: number
  /** What moderation decides. */
  moderation: 'approve' | 'reject'
  /** Seconds until a creator posts a draft from the inbox by themselves; 0: only when told to. */
  inboxPostsAfterSeconds: number
  /** PULL_FROM_URL also takes http and local addresses, for development. */
  pullFromLocal: boolean
  /** Webhooks may be sent to http and local addresses. */
  webhooksToLocal: boolean
  /** From the request of a data export to its being ready. */
  exportSeconds: number
  pendingSharesPerDay: number
  unauditedUsersPerDay: number
  /** Uploaded files are kept after they were looked at, up to this many bytes each. */
  keepMediaBytes: number
  /** How many videos the world of the Research API has, up to 16 million; they are computed, not kept. */
  researchVideos: number
  /** Another number is another world. */
  researchSeed: number
  /** Requests a UTC day and app, without and of followers and following. */
  researchDailyRequests: number
  researchDailyRelations: number
  /** Share of result sets whose id is refused once before it is accepted, as clients report. */
  researchNotReady: number
  /** Share of research calls that end in TikTok's own failure; they count towards the quota. */
  researchFailures: number
  /** Share of answers about a user or a playlist that are whole and come as HTTP 500, as clients report. */
  researchFalseFailures: number
  /** TikTok Shop's gateway refuses plain http, as the real one does. */
  shopHttpsOnly: boolean
  /** Seconds that a token of TikTok Shop holds, and that a seller's authorization does. */
  shopTokenSeconds: number
  shopAuthorizationSeconds: number
  /** From a product's submission to the verdict. */
  shopAuditSeconds: number
  /** Of an order: until the buyer pays, until an unpaid one is cancelled, and while a paid one is on hold. */
  shopPaymentSeconds: number
  shopUnpaidSeconds: number
  shopRemorseSeconds: number
  /** Of a package: from shipping to the carrier's scan, from there to delivery, and until after-sales end. */
  shopCollectionSeconds: number
  shopTransitSeconds: number
  shopAfterSalesSeconds: number
}

export const defaultSettings: Settings = {
  strict: false,
  rateLimitHeaders: true,
  rateLimits: true,
  hammeringRefusals: 0,
  hammeringSeconds: 300,
  oauthErrorStatus: 200,
  accessTokenSeconds: 86_400,
  refreshTokenSeconds: 31_536_000,
  clientTokenSeconds: 7_200,
  codeSeconds: 300,
  refreshRotation: 'rotate',
  refreshGraceSeconds: 60,
  processingSeconds: 2,
  moderationSeconds: 5,
  moderation: 'approve',
  inboxPostsAfterSeconds: 0,
  pullFromLocal: true,
  webhooksToLocal: true,
  exportSeconds: 30,
  pendingSharesPerDay: 5,
  unauditedUsersPerDay: 5,
  keepMediaBytes: 32 * 1024 * 1024,
  researchVideos: 100_000,
  researchSeed: 1,
  researchDailyRequests: 1000,
  researchDailyRelations: 20_000,
  researchNotReady: 0.1,
  researchFailures: 0,
  researchFalseFailures: 0,
  shopHttpsOnly: false,
  shopTokenSeconds: 604_800,
  shopAuthorizationSeconds: 31_536_000,
  shopAuditSeconds: 5,
  shopPaymentSeconds: 60,
  shopUnpaidSeconds: 172_800,
  shopRemorseSeconds: 3600,
  shopCollectionSeconds: 43_200,
  shopTransitSeconds: 172_800,
  shopAfterSalesSeconds: 1_209_600,
}

/** Settings that are one of a few words or numbers. */
export const settingChoices: { readonly [K in keyof Settings]?: readonly Settings[K][] } = {
  refreshRotation: ['keep', 'rotate', 'grace'],
  moderation: ['approve', 'reject'],
  oauthErrorStatus: [200, 400],
}

/** Settings from 0 to 1. */
export const settingShares: ReadonlySet<keyof Settings> = new Set([
  'researchNotReady',
  'researchFailures',
  'researchFalseFailures',
])

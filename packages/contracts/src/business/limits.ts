/** How often TikTok API for Business may be called. No header tells what is left; HTTP stays 200 and `code` refuses. */
import type { RateLimit } from '../vocabulary.ts'

/** The level of an app, which TikTok raises on request; each has these limits over all its calls, and one for the UTC day. */
export const businessLevels = {
  basic: { perSecond: 10, perMinute: 600, perDay: 864_000 },
  advanced: { perSecond: 20, perMinute: 1_200, perDay: 1_728_000 },
  premium: { perSecond: 30, perMinute: 1_800, perDay: 2_592_000 },
  ultimate: { perSecond: 50, perMinute: 3_000, perDay: 4_320_000 },
} as const

export type BusinessLevel = keyof typeof businessLevels

/** After the minute's limit was hit, TikTok wants silence for so long. */
export const BUSINESS_PAUSE_SECONDS = 300

/**
 * Of the Accounts API besides the level: a minute, for one app over its accounts. Known from one note that names page
 * 1738084416214017.
 */
export const accountsPerMinute = { basic: 600, above: 1_000 } as const

const accounts = [{ requests: 40, seconds: 60, per: 'token', provenance: 'observed' }] as const
/** 15 a day are counted for the account, whatever app posts; page 1762228496095234, by the same note. */
const publishing = [
  { requests: 6, seconds: 60, per: 'token', provenance: 'observed' },
  { requests: 15, seconds: 86_400, per: 'token', provenance: 'observed' },
] as const

export const businessLimits = { accounts, publishing } as const satisfies Record<string, readonly RateLimit[]>

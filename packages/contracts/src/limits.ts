/** Limits that several endpoints share. Source: developers.tiktok.com/doc/tiktok-api-v2-rate-limit and the posting pages. */
import type { RateLimit } from './vocabulary.ts'

const perMinute = (
  requests: number,
  per: RateLimit['per'],
  provenance: RateLimit['provenance'] = 'documented',
) => [{ requests, seconds: 60, per, provenance }] as const

/** Whether the 600 are counted for a token or an app is not stated; a token is assumed. */
export const display = perMinute(600, 'token')
export const creatorInfo = perMinute(20, 'token')
export const init = perMinute(6, 'token')
export const status = perMinute(30, 'token')
export const portability = perMinute(1000, 'app')

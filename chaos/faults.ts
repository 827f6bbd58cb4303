/** What goes wrong at TikTok during the storm. */
import type { FaultSpec } from '@tockwork/emulator'

const fault = (endpoint: string, probability: number, action: FaultSpec['action']): FaultSpec => ({
  match: { endpoint, probability },
  action,
})

/** Lost answers after the work was done, answers cut in the middle, 5xx, 429s, cut uploads, slow chunks. */
export const STORM_FAULTS: readonly FaultSpec[] = [
  fault('posting.init*', 0.08, { drop: 'after' }),
  fault('posting.init*', 0.03, { drop: 'mid_answer' }),
  fault('posting.init*', 0.03, { truncate_to_bytes: 40 }),
  fault('posting.init*', 0.03, { drop: 'before' }),
  fault('posting.init*', 0.03, { status: 503 }),
  fault('posting.uploadMedia', 0.05, { cut_request_after_bytes: 300_000 }),
  fault('posting.uploadMedia', 0.05, { drop: 'after' }),
  fault('posting.uploadMedia', 0.03, { status: 500 }),
  fault('posting.uploadMedia', 0.3, { delay_ms: 150 }),
  fault('posting.publishStatus', 0.01, { status: 429, code: 'rate_limit_exceeded' }),
  fault('posting.publishStatus', 0.04, { drop: 'mid_answer' }),
  fault('posting.publishStatus', 0.04, { status: 500 }),
  fault('posting.creatorInfo', 0.03, { status: 502 }),
  fault('posting.creatorInfo', 0.03, { truncate_to_bytes: 40 }),
  fault('oauth.refreshToken', 0.1, { drop: 'after' }),
  fault('oauth.refreshToken', 0.05, { drop: 'mid_answer' }),
  fault('oauth.refreshToken', 0.05, { drop: 'before' }),
  fault('oauth.refreshToken', 0.1, { status: 500 }),
  fault('oauth.refreshToken', 0.2, { delay_ms: 300 }),
]

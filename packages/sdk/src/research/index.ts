/** TikTok's Research and Commercial Content APIs. */

export { CursorList, type CursorPage } from '../paging/cursor-list.ts'
export { CommercialContent } from './commercial-content.ts'
export {
  addDays,
  type DateWindow,
  dayFrom,
  dayOf,
  daysIn,
  halve,
  inWindow,
  splitRange,
} from './date-windows.ts'
export { eq, gt, gte, lt, lte, type OperationOf, oneOf, type ValueOf, videoQueryOf } from './query-builder.ts'
export { formatVideoQuery, parseVideoQuery, QuerySyntaxError } from './query-language.ts'
export {
  limitsOf,
  MemoryQuota,
  nextReset,
  QuotaError,
  type QuotaLedger,
  type QuotaLimits,
  type QuotaName,
  type QuotaState,
} from './quota.ts'
export { Research, type ResearchOptions } from './research.ts'
export type { ResearchWait } from './research-caller.ts'
export {
  type MissedWindow,
  type SearchPosition,
  type VideoPage,
  VideoSearch,
  type VideoSearchOptions,
} from './video-search.ts'

export {
  type AccountField,
  accountDay,
  accountFields,
  accountRules,
  assumedAccountScopes,
  audienceFields,
  businessAccount,
  type DailyField,
  dailyFields,
  getAccount,
  type ProfileField,
  profileFields,
} from './account.ts'
export { BUSINESS_PREFIX } from './api.ts'
export {
  businessComment,
  businessCommentRules,
  businessReply,
  createBusinessComment,
  createBusinessReply,
  deleteBusinessComment,
  hideBusinessComment,
  likeBusinessComment,
  listBusinessComments,
  listBusinessReplies,
} from './comments.ts'
export { businessEndpoints } from './endpoints.ts'
export { BUSINESS_OK, BUSINESS_PARTLY, businessEnvelope } from './envelope.ts'
export { appWideLimitCodes, businessErrors } from './errors.ts'
export {
  accountsPerMinute,
  BUSINESS_PAUSE_SECONDS,
  type BusinessLevel,
  businessLevels,
  businessLimits,
} from './limits.ts'
export {
  businessPublishStatus,
  businessVideoSettings,
  publishBusinessPhotos,
  publishBusinessVideo,
} from './publishing.ts'
export { type AccountScope, accountScopes } from './scopes.ts'
export {
  accountRedirectProblems,
  accountToken,
  accountTokenInfo,
  accountTokenRules,
  exchangeAccountCode,
  refreshAccountToken,
  revokeAccountToken,
} from './tokens.ts'
export {
  type BusinessVideoField,
  businessVideo,
  businessVideoFieldScopes,
  businessVideoFields,
  businessVideoRules,
  listBusinessVideos,
} from './videos.ts'

/** The endpoints of TikTok API for Business that are typed. */
import type { Endpoint } from '../vocabulary.ts'
import { getAccount } from './account.ts'
import {
  createBusinessComment,
  createBusinessReply,
  deleteBusinessComment,
  hideBusinessComment,
  likeBusinessComment,
  listBusinessComments,
  listBusinessReplies,
} from './comments.ts'
import {
  businessPublishStatus,
  businessVideoSettings,
  publishBusinessPhotos,
  publishBusinessVideo,
} from './publishing.ts'
import { accountTokenInfo, exchangeAccountCode, refreshAccountToken, revokeAccountToken } from './tokens.ts'
import { listBusinessVideos } from './videos.ts'

export const businessEndpoints: readonly Endpoint[] = [
  exchangeAccountCode,
  refreshAccountToken,
  revokeAccountToken,
  accountTokenInfo,
  getAccount,
  listBusinessVideos,
  listBusinessComments,
  listBusinessReplies,
  createBusinessComment,
  createBusinessReply,
  likeBusinessComment,
  hideBusinessComment,
  deleteBusinessComment,
  publishBusinessVideo,
  publishBusinessPhotos,
  businessPublishStatus,
  businessVideoSettings,
]

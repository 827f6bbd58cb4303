/** TikTok API for Business: TikTok accounts with their audience, figures, comments and posts. */

export { CursorList, type CursorPage } from '../paging/cursor-list.ts'
export {
  type AccountDay,
  type Audience,
  BusinessAccount,
  type BusinessAccountData,
  type DayRange,
} from './business-account.ts'
export { BusinessAuth, type TokenInfo } from './business-auth.ts'
export type { BusinessCallOptions } from './business-caller.ts'
export type {
  BusinessComment,
  CommentListOptions,
  ReplyContent,
  WrittenComment,
  WrittenReply,
} from './business-comments.ts'
export type {
  BusinessPhotoPost,
  BusinessPostSettings,
  BusinessPublishState,
  BusinessVideoPost,
} from './business-publishing.ts'
export type { BusinessVideo, BusinessVideoListOptions } from './business-videos.ts'
export { TikTokBusiness, type TikTokBusinessOptions } from './tiktok-business.ts'

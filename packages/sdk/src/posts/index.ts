export type { CompletionGoal, CompletionOptions } from './await-completion.ts'
export { Post } from './post.ts'
export type {
  AudienceOptions,
  PhotoDraftOptions,
  PhotoPostOptions,
  PullSource,
  ResumeOptions,
  StartedPost,
  TransferOptions,
  VideoDraftOptions,
  VideoPostOptions,
  VideoSource,
} from './post-options.ts'
export type { PostStatus, PublishFailure, PublishState } from './post-status.ts'
export { Posts } from './posts.ts'
export { PublishFailedError, PublishTimeoutError } from './publish-errors.ts'
export { type FeedEvent, StatusFeed } from './status-feed.ts'

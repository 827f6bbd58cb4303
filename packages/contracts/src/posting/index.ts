export { creatorInfo } from './creator-info.ts'
export {
  initContent,
  initInboxVideo,
  initVideo,
  type PrivacyLevel,
  photoPostInfo,
  privacyLevels,
  videoPostInfo,
  videoSource,
} from './init.ts'
export {
  creatorAvatarSeconds,
  initAnswerLimits,
  privacyOptionsByAccount,
  publishIdForms,
  statusFlow,
  uploadAddresses,
} from './post-rules.ts'
export { cancelPublish, publishStatus, publishStatuses } from './status.ts'
export { parseContentRange, uploadMedia } from './upload.ts'

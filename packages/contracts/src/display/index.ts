export { displayRules, videoAddressForms } from './display-rules.ts'
export { type UserField, user, userFieldScopes, userFields, userInfo } from './user.ts'
export { type VideoField, video, videoFields, videoList, videoQuery } from './video.ts'

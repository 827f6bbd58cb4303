export {
  listComments,
  type ResearchComment,
  type ResearchCommentField,
  researchComment,
  researchCommentFields,
} from './comment.ts'
export {
  type ComplianceCategory,
  complianceCategories,
  complianceStates,
  complianceTaskStatus,
  createComplianceTask,
  downloadComplianceTask,
} from './compliance.ts'
export {
  endDateReading,
  type ResearchQuota,
  regionCodes,
  researchQuotas,
  researchRules,
  type VideoLength,
  videoLengths,
} from './research-rules.ts'
export {
  productReviews,
  researchProductFields,
  researchReviewFields,
  researchShopFields,
  shopInfo,
  shopProducts,
} from './shop.ts'
export {
  followers,
  following,
  playlistInfo,
  type ResearchRelation,
  type ResearchUser,
  type ResearchUserField,
  researchUser,
  researchUserFields,
  userInfo,
} from './user.ts'
export {
  type ListedVideoField,
  likedVideos,
  listedVideoFields,
  pinnedVideos,
  queryVideos,
  type ResearchVideo,
  type ResearchVideoField,
  repostedVideos,
  researchVideo,
  researchVideoFields,
} from './video.ts'
export {
  type Condition,
  type ConditionProblem,
  condition,
  conditionProblems,
  isDay,
  type QueryField,
  type QueryOperation,
  type QueryValueKind,
  queryFields,
  queryOperations,
  queryValues,
  type VideoQuery,
  videoQuery,
} from './video-query.ts'

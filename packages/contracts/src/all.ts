/** Every endpoint with its wire samples. Importing this loads all families; callers of one import that family's entry. */
import * as commercial from './commercial/index.ts'
import * as display from './display/index.ts'
import * as embed from './embed/index.ts'
import { endpointExamples } from './examples.ts'
import * as oauth from './oauth/index.ts'
import * as portability from './portability/index.ts'
import * as posting from './posting/index.ts'
import * as research from './research/index.ts'
import type { Endpoint } from './vocabulary.ts'

const declared: readonly Endpoint[] = [
  oauth.authorize,
  oauth.exchangeCode,
  oauth.refreshToken,
  oauth.clientToken,
  oauth.revoke,
  oauth.getQrCode,
  oauth.checkQrCode,
  display.userInfo,
  display.videoList,
  display.videoQuery,
  posting.creatorInfo,
  posting.initVideo,
  posting.initInboxVideo,
  posting.initContent,
  posting.publishStatus,
  posting.cancelPublish,
  posting.uploadMedia,
  portability.addDataRequest,
  portability.checkDataRequest,
  portability.cancelDataRequest,
  portability.downloadData,
  embed.oembed,
  research.queryVideos,
  research.listComments,
  research.userInfo,
  research.followers,
  research.following,
  research.likedVideos,
  research.pinnedVideos,
  research.repostedVideos,
  research.playlistInfo,
  research.shopInfo,
  research.shopProducts,
  research.productReviews,
  research.createComplianceTask,
  research.complianceTaskStatus,
  research.downloadComplianceTask,
  commercial.queryAds,
  commercial.adDetail,
  commercial.adReport,
  commercial.queryAdvertisers,
  commercial.queryCommercialContent,
]

export const endpoints: readonly Endpoint[] = declared.map((endpoint) => {
  const examples = endpointExamples[endpoint.id]
  return examples === undefined ? endpoint : { ...endpoint, examples }
})

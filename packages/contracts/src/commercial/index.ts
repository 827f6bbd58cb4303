/** Commercial Content: the ad library. Source: developers.tiktok.com/doc/commercial-content-api-getting-started. */
export {
  adDetail,
  adDetailFields,
  adFields,
  adReport,
  advertiserFields,
  type LibraryAd,
  libraryAd,
  queryAds,
  queryAdvertisers,
} from './ad.ts'
export { contentFields, queryCommercialContent } from './content.ts'
export { commercialCountries, contentCountries } from './parts.ts'

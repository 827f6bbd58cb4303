export {
  getAuthorizedShops,
  getCategoryAssets,
  getOrders,
  getProduct,
  searchInventory,
  searchOrders,
  searchProducts,
  updateInventory,
} from './core.generated.ts'
export { coreShopErrors, type ShopErrorEntry, type ShopRetry, shopRetryOf } from './core-errors.ts'
export { type MandatoryAttributes, mandatoryAttributes, mandatoryFor } from './mandatory-attributes.ts'
export {
  ENDING_DAYS,
  pathParameters,
  type ShopAge,
  type ShopEntity,
  type ShopLifecycle,
  type ShopOperation,
  shopAge,
  shopHosts,
} from './operation.ts'
export {
  consentPages,
  orderStatuses,
  productStatuses,
  type ShopOrderStatus,
  type ShopProductStatus,
  type ShopUserType,
  shopRules,
  signing,
  tokenPaths,
  userTypes,
} from './rules.ts'
export { type ShopTopic, shopOwnerFields, shopTopics, shopWebhook } from './webhooks.ts'

export type { ShopCallParts, ShopFormPart, ShopQueryValue } from './encode-call.ts'
export {
  MemoryShopGrantStore,
  parseShopGrant,
  type ShopGrant,
  type ShopGrantStore,
  serializeShopGrant,
} from './grant.ts'
export { addAmounts, compareAmounts, multiplyAmount, type ShopMoney, sumMoney } from './money.ts'
export type { ShopInventory, ShopOrder, ShopProduct, ShopProductSummary } from './shapes.ts'
export { type OrderFilters, type PageOptions, type ProductFilters, Shop, type StockUpdate } from './shop.ts'
export { type AccountCallOptions, type AuthorizedShop, ShopAccount } from './shop-account.ts'
export { ShopAuth, type ShopConsentOptions } from './shop-auth.ts'
export type { ShopCallOptions } from './shop-caller.ts'
export { type PartialFailure, partialFailures } from './shop-errors.ts'
export { type ShopRequestToSign, signShopRequest } from './signing.ts'
export { TikTokShop, type TikTokShopOptions } from './tiktok-shop.ts'
export type {
  ShopDataOf,
  ShopListField,
  ShopListItem,
  ShopListOptions,
  ShopPartsOf,
  ShopTypedOptions,
} from './typed-call.ts'
export {
  type ShopWebhookEvent,
  ShopWebhookSignatureError,
  type SignedShopWebhook,
  signShopWebhook,
  verifyShopWebhook,
} from './webhooks.ts'

/** Numbers and fixed words of TikTok Shop. Source: partner.tiktokshop.com/docv2 (authorization, signing, rate limits). */

/** Where a user gives consent. The address it leads back to is fixed in the app's settings. */
export const consentPages = {
  /** `service_id`, which is on the app's page and is not the app key. */
  seller: {
    ROW: 'https://services.tiktokshop.com/open/authorize',
    US: 'https://services.us.tiktokshop.com/open/authorize',
  },
  partner: {
    ROW: 'https://partner.tiktokshop.com/open/authorize',
    US: 'https://partner.us.tiktokshop.com/open/authorize',
  },
  /** `app_key` and `state`; for apps on TikTok's list. */
  creator: 'https://shop.tiktok.com/alliance/creator/auth',
} as const

export const tokenPaths = { get: '/api/v2/token/get', refresh: '/api/v2/token/refresh' } as const

/** `user_type` of a token. */
export const userTypes = { 0: 'seller', 1: 'creator', 3: 'partner' } as const
export type ShopUserType = (typeof userTypes)[keyof typeof userTypes]

export const shopRules = {
  /** The code of a callback works once, for this long. */
  codeSeconds: 30 * 60,
  /** A timestamp may lie this far behind and ahead of TikTok's clock. */
  timestampBehindSeconds: 300,
  timestampAheadSeconds: 30,
  maxPageSize: 100,
  maxOrderIds: 50,
  /** For each operation and pair of app and shop. */
  callsPerSecond: 50,
  sandboxCallsPerHour: 1000,
  /** Everything below version 202309, under `/api/`. */
  firstVersionRetired: '2025-12-31',
  /** Plain http is refused since this day. */
  httpsOnlySince: '2026-06-17',
} as const

/** Parameters and headers that every business call carries. */
export const signing = {
  appKey: 'app_key',
  timestamp: 'timestamp',
  sign: 'sign',
  /** Left out of what is signed. */
  unsigned: ['sign', 'access_token'],
  tokenHeader: 'x-tts-access-token',
} as const

export const orderStatuses = [
  'UNPAID',
  'ON_HOLD',
  'AWAITING_SHIPMENT',
  'PARTIALLY_SHIPPING',
  'AWAITING_COLLECTION',
  'IN_TRANSIT',
  'DELIVERED',
  'COMPLETED',
  'CANCELLED',
] as const
export type ShopOrderStatus = (typeof orderStatuses)[number]

export const productStatuses = [
  'DRAFT',
  'PENDING',
  'FAILED',
  'ACTIVATE',
  'SELLER_DEACTIVATED',
  'PLATFORM_DEACTIVATED',
  'FREEZE',
  'DELETED',
] as const
export type ShopProductStatus = (typeof productStatuses)[number]

/** TikTok's host names: which the proxy answers for, and by which a request tells that it was meant for TikTok. */

/**
 * `*.` stands for one or more labels. Families without a model yet are in the list on purpose: a program that is pointed
 * at the emulator should be told that something is not emulated, not reach the real TikTok unnoticed.
 */
export const tiktokHosts = {
  /** Login, display, posting, webhooks; `open-upload` and the older `upload.us` take media. */
  open: ['*.tiktokapis.com', 'www.tiktok.com'],
  /** Where the emulator says that pictures are, as in TikTok's own samples. */
  media: ['p16-sign.tiktokcdn-us.com'],
  shop: [
    '*.tiktokglobalshop.com',
    'auth.tiktok-shops.com',
    'open-api.tiktok-shops.com',
    'services.tiktokshop.com',
    'services.us.tiktokshop.com',
    'partner.tiktokshop.com',
    'partner.us.tiktokshop.com',
    'shop.tiktok.com',
  ],
  business: ['business-api.tiktok.com', 'sandbox-ads.tiktok.com', 'ads.tiktok.com'],
} as const

const patterns: readonly string[] = Object.values(tiktokHosts).flat()

/** The domains that cover every host of the list: what a local certificate authority may vouch for. */
export const tiktokDomains: readonly string[] = [
  ...new Set(patterns.map((pattern) => (pattern.startsWith('*.') ? pattern.slice(2) : pattern))),
].sort()

/** `host` in lower case, without a port. */
export function isTikTokHost(host: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*.')
      ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
      : host === pattern,
  )
}

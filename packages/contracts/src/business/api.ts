/** What all endpoints of TikTok API for Business, v1.3, have in common. */
import { businessLimits } from './limits.ts'

/** Paths begin with it and end with a slash: a POST without the slash is HTTP 404. */
export const BUSINESS_PREFIX = '/open_api/v1.3'

/** The portal shows its reference by numbers; where the number of a page is not known, the portal itself is named. */
const portal = (id?: string): string =>
  `https://business-api.tiktok.com/portal/docs${id === undefined ? '' : `?id=${id}`}`

const base = {
  host: 'business-api.tiktok.com',
  envelope: 'business',
  doc: { url: portal(), provenance: 'documented' },
} as const

/** Called with a TikTok account's token in the header `Access-Token`, without `Bearer`. */
export const asAccount = { ...base, auth: 'user', limits: businessLimits.accounts } as const
export const reading = { ...asAccount, method: 'GET', encoding: 'query', repeat: 'safe' } as const
export const writing = { ...asAccount, method: 'POST', encoding: 'json' } as const

/** Called with the app's own id and secret in the body, and no token in a header. */
export const asApp = { ...base, auth: 'app', method: 'POST', encoding: 'json', repeat: 'safe' } as const

/** What any call with a token can be refused with. */
export const everyCall = [
  '40001',
  '40002',
  '40016',
  '40100',
  '40102',
  '40104',
  '40105',
  '40106',
  '40133',
  '41000',
  '50000',
  '50002',
  '51065',
  '60001',
] as const

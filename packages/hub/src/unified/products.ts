/** What a creator can be asked for, as an SDK token names it. */
export const PRODUCTS = [
  'IDENTITY',
  'IDENTITY.AUDIENCE',
  'ENGAGEMENT',
  'ENGAGEMENT.AUDIENCE',
  'INCOME',
  'PUBLISH.CONTENT',
  'ACTIVITY',
] as const

export type Product = (typeof PRODUCTS)[number]

/** What is assumed of an account that was connected without an SDK token. */
export const DEFAULT_PRODUCTS: readonly Product[] = ['IDENTITY', 'ENGAGEMENT']

import { hash } from 'node:crypto'
import type { Platform } from '../platform.ts'

/** A 19-digit id that is the same in every world: for what is seeded. */
export function fixedId(prefix: string, name: string): string {
  const digits = BigInt(`0x${hash('sha256', `${prefix}:${name}`, 'hex').slice(0, 15)}`).toString()
  return (prefix + digits.padStart(18, '7')).slice(0, 19)
}

/** A new 19-digit id that begins as TikTok's do. */
export function newId(platform: Platform, prefix: string): string {
  const digits = BigInt(`0x${platform.ids.hex(15)}`).toString()
  return (prefix + digits.padStart(18, '3')).slice(0, 19)
}

/** Prefixes that real ids of each kind have. */
export const idPrefix = {
  shop: '7495',
  product: '1729',
  order: '5764',
  package: '1152',
  reverse: '4035',
  finance: '7300',
} as const

/** What names a shop in the calls of an app: another for each pair, and always the same. */
export function cipherOf(app: string, shop: { id: string; region: string }): string {
  const cloud =
    shop.region === 'US' ? 'TTP' : ['DE', 'ES', 'FR', 'GB', 'IE', 'IT'].includes(shop.region) ? 'GCP' : 'ROW'
  return `${cloud}_${hash('sha256', `cipher:${app}:${shop.id}`, 'base64url').slice(0, 24)}`
}

/** The same for what a partner works with. */
export function assetCipher(app: string, account: string): string {
  return cipherOf(app, { id: `asset:${account}`, region: 'ROW' })
}

/** Of a user within an app, who keeps it through the end of an authorization and a new one. */
export function openIdOf(app: string, account: string): string {
  return hash('sha256', `${app}:${account}`, 'base64url').slice(0, 32)
}

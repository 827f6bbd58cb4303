/** The signature of a business call. Source: partner.tiktokshop.com/docv2, sign-your-api-request. */
import { signing } from '@tockwork/contracts/shop'
import { Secret } from '@tockwork/kernel'

export interface ShopRequestToSign {
  secret: string | Secret
  /** The path of the address, without host and query, as it is sent. */
  path: string
  /** Decoded values, one each; lists joined with commas. `sign` and `access_token` are passed over. */
  query: Readonly<Record<string, string>>
  /** Exactly what is sent; it does not count where the content type is multipart. */
  body?: string | Uint8Array | undefined
  contentType?: string | undefined
}

/** @returns 64 lower-case hex digits for the parameter `sign` */
export async function signShopRequest(request: ShopRequestToSign): Promise<string> {
  const { secret, path, query, body, contentType } = request
  const text = secret instanceof Secret ? secret.reveal() : secret
  const names = Object.keys(query).filter((name) => !(signing.unsigned as readonly string[]).includes(name))
  const parameters = names.sort(byBytes).map((name) => `${name}${query[name]}`)
  const multipart = /^multipart\/form-data\b/i.test(contentType ?? '')
  const tail = multipart || body === undefined ? '' : body
  return hmacHex(text, [text, path, ...parameters, tail, text])
}

/** HMAC-SHA256 of the pieces one behind the other, in lower-case hex. */
export async function hmacHex(secret: string, pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const digest = await crypto.subtle.sign('HMAC', await hmacKey(secret, 'sign'), joined(pieces))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Compares by WebCrypto, which takes the same time wherever the difference lies. */
export async function hmacMatches(
  secret: string,
  pieces: readonly (string | Uint8Array)[],
  hex: string,
): Promise<boolean> {
  const digest = Uint8Array.from({ length: hex.length / 2 }, (_byte, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  )
  return crypto.subtle.verify('HMAC', await hmacKey(secret, 'verify'), digest, joined(pieces))
}

const encoder = new TextEncoder()

function hmacKey(secret: string, use: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    use,
  ])
}

function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece))
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** Order of the UTF-8 bytes, which differs from that of JavaScript's UTF-16 units beyond the Basic Plane. */
function byBytes(a: string, b: string): number {
  const left = encoder.encode(a)
  const right = encoder.encode(b)
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] as number) - (right[at] as number)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Keys on the curve P-256 and what is signed with them. Source: RFC 7515, 7518 and 7638. */
import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { type Random, Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'

const jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

/** The public half, as a JWK. */
export interface PublicJwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
}

export interface SigningKey {
  /** The private half as JSON text, to be kept sealed. */
  text: Secret
  publicJwk: PublicJwk
  /** Names the key (RFC 7638). */
  thumbprint: string
  /** A JWT with this header and payload, signed with ES256. */
  jwt(header: Readonly<Record<string, unknown>>, payload: Readonly<Record<string, unknown>>): string
}

export function newKey(random: Random): SigningKey {
  const curve = createECDH('prime256v1')
  for (;;) {
    try {
      curve.setPrivateKey(Buffer.from(random.bytes(32)))
      break
    } catch {
      // Zero, or beyond the order of the curve: once in four thousand millions.
    }
  }
  const point = curve.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  // One key in 256 begins with a zero byte, which Node leaves out and a JWK wants (RFC 7518, section 6.2.2.1).
  const bytes = curve.getPrivateKey()
  const d = Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]).toString('base64url')
  return keyFrom(new Secret(JSON.stringify({ kty: 'EC', crv: 'P-256', x, y, d })))
}

/** @throws {TypeError} when it is not what `newKey` wrote; the text is not in the error. */
export function keyFrom(text: Secret): SigningKey {
  let parsed: z.infer<typeof jwk>
  let key: KeyObject
  try {
    parsed = jwk.parse(JSON.parse(text.reveal()))
    key = createPrivateKey({ key: { ...parsed }, format: 'jwk' })
  } catch {
    throw new TypeError('a stored key is damaged')
  }
  const { d: _, ...publicJwk } = parsed
  const { crv, kty, x, y } = publicJwk
  return {
    text,
    publicJwk,
    thumbprint: createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url'),
    jwt: (header, payload) => {
      const signed = [{ alg: 'ES256', ...header }, payload].map(encode).join('.')
      const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
      return `${signed}.${signature.toString('base64url')}`
    },
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Unguessable, in letters that need no escaping. */
export function unguessable(random: Random, bytes = 32): string {
  return Buffer.from(random.bytes(bytes)).toString('base64url')
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** The signature of a business call, computed from what arrived. Source: partner.tiktokshop.com/docv2, sign-your-api-request. */
import { createHmac } from 'node:crypto'
import { sameSecret } from '../http/same-secret.ts'

/** The text that is hashed between two app secrets; `body` is left out of multipart calls. */
function sign(secret: string, path: string, query: ReadonlyMap<string, string>, body: Uint8Array): string {
  const names = [...query.keys()]
    .filter((name) => name !== 'sign' && name !== 'access_token')
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const hmac = createHmac('sha256', secret).update(secret).update(path)
  for (const name of names) hmac.update(name).update(query.get(name) ?? '')
  return hmac.update(body).update(secret).digest('hex')
}

const NOTHING = new Uint8Array()

/**
 * Whether a request is signed with this secret. TikTok's own Node client sends `{}` and signs without it, and others sign
 * what they send: for an empty body both are accepted.
 */
export function isSigned(
  secret: string,
  request: { path: string; query: ReadonlyMap<string, string>; body: Buffer; multipart: boolean },
  given: string,
): boolean {
  const { path, query, body, multipart } = request
  const bytes = multipart ? NOTHING : body
  if (sameSecret(sign(secret, path, query, bytes), given)) return true
  const empty = bytes.length === 2 && ['{}', '[]'].includes(bytes.toString())
  return empty && sameSecret(sign(secret, path, query, NOTHING), given)
}

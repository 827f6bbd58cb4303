/** Proofs that whoever uses a token has the key that it is bound to. Source: RFC 9449. */
import type { Clock, Random } from '@tockwork/kernel'
import { type SigningKey, sha256, unguessable } from './keys.ts'

export interface DpopParts {
  fetch: typeof fetch
  clock: Clock
  random: Random
}

/** How many servers' nonces are kept. Forgetting one costs a request. */
const MOST_SERVERS = 10_000

export class Dpop {
  readonly #parts: DpopParts
  /** The nonce that each server wants in the next proof; it changes every few minutes. */
  readonly #nonces = new Map<string, string>()

  constructor(parts: DpopParts) {
    this.#parts = parts
  }

  /**
   * Like `fetch`, with a proof. A server that asks for another nonce has not carried the request out, so it is sent once
   * more with that one. @param access the token that the proof goes with
   */
  async fetch(url: URL, init: RequestInit & { headers: Headers }, key: SigningKey, access?: string) {
    const before = this.#nonces.get(url.origin)
    const first = await this.#send(url, init, key, before, access)
    const wanted = first.headers.get('dpop-nonce') ?? undefined
    if (wanted === undefined || wanted === before || !(await wantsNonce(first))) return first
    await first.body?.cancel()
    return this.#send(url, init, key, wanted, access)
  }

  async #send(
    url: URL,
    init: RequestInit & { headers: Headers },
    key: SigningKey,
    nonce: string | undefined,
    access: string | undefined,
  ): Promise<Response> {
    const { clock, fetch, random } = this.#parts
    const proof = key.jwt(
      { typ: 'dpop+jwt', jwk: key.publicJwk },
      {
        jti: unguessable(random, 16),
        htm: init.method ?? 'GET',
        htu: `${url.origin}${url.pathname}`,
        iat: Math.floor(clock.now() / 1000),
        ...(nonce === undefined ? {} : { nonce }),
        ...(access === undefined ? {} : { ath: sha256(access) }),
      },
    )
    const headers = new Headers(init.headers)
    headers.set('dpop', proof)
    if (access !== undefined) headers.set('authorization', `DPoP ${access}`)
    const response = await fetch(url, { ...init, headers })
    const next = response.headers.get('dpop-nonce')
    if (next !== null && next.length <= 512) this.#keep(url.origin, next)
    return response
  }

  #keep(origin: string, nonce: string): void {
    this.#nonces.delete(origin)
    this.#nonces.set(origin, nonce)
    if (this.#nonces.size <= MOST_SERVERS) return
    const [oldest = ''] = this.#nonces.keys()
    this.#nonces.delete(oldest)
  }
}

/** A resource server says it in a header, an authorization server in its answer. */
async function wantsNonce(response: Response): Promise<boolean> {
  if (response.status === 401)
    return /error="?use_dpop_nonce/.test(response.headers.get('www-authenticate') ?? '')
  if (response.status !== 400) return false
  const body = await response
    .clone()
    .json()
    .catch(() => undefined)
  return Object(body).error === 'use_dpop_nonce'
}

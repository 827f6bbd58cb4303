/** The server that signs an account in, found from the account's own. Source: atproto.com/specs/oauth, RFC 8414 and 9728. */
import * as z from 'zod/mini'
import { fail, type PlatformResult, succeed } from '../../outcome.ts'
import { getJson, type JsonParts } from './get-json.ts'

const address = z.string().check(
  z.maxLength(2048),
  z.refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
)

const resource = z.object({ authorization_servers: z.array(address).check(z.length(1)) })

const metadata = z.object({
  issuer: address,
  authorization_endpoint: address,
  token_endpoint: address,
  pushed_authorization_request_endpoint: address,
  revocation_endpoint: z.optional(address),
  dpop_signing_alg_values_supported: z.array(z.string()),
  authorization_response_iss_parameter_supported: z.literal(true),
  client_id_metadata_document_supported: z.literal(true),
})

export type AuthorizationServer = z.infer<typeof metadata>

const KEPT_MS = 10 * 60_000
const MOST_KEPT = 1_000

export class AuthorizationServers {
  readonly #parts: JsonParts & { now: () => number }
  readonly #kept = new Map<string, { server: AuthorizationServer; until: number }>()

  constructor(parts: JsonParts & { now: () => number }) {
    this.#parts = parts
  }

  /** @param home the account's server, an origin */
  async ofHome(home: string, signal?: AbortSignal): Promise<PlatformResult<AuthorizationServer>> {
    const url = new URL('/.well-known/oauth-protected-resource', home)
    const answer = await getJson(this.#parts, url, resource, signal)
    if (!answer.ok) return answer.failure.httpStatus === 404 ? fail(NO_CONSENT_PAGE) : answer
    const [issuer = ''] = answer.value.authorization_servers
    return this.ofIssuer(issuer, signal)
  }

  /** Asked again after ten minutes. */
  async ofIssuer(issuer: string, signal?: AbortSignal): Promise<PlatformResult<AuthorizationServer>> {
    const kept = this.#kept.get(issuer)
    const now = this.#parts.now()
    if (kept !== undefined && now < kept.until) return succeed(kept.server)
    const url = new URL('/.well-known/oauth-authorization-server', issuer)
    const answer = await getJson(this.#parts, url, metadata, signal)
    if (!answer.ok) return answer
    const server = answer.value
    // Who speaks for another server could have its codes sent to itself.
    if (server.issuer !== issuer || !server.dpop_signing_alg_values_supported.includes('ES256'))
      return fail({ ...NO_CONSENT_PAGE, code: 'authorization_server_invalid' })
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(issuer, { server, until: now + KEPT_MS })
    return answer
  }
}

const NO_CONSENT_PAGE = {
  code: 'consent_page_missing',
  message: "The account's server has no page where its owner could agree.",
  action: 'Use an app password.',
  retry: 'never',
  sent: 'answered',
} as const

/** From what a person wrote to the account's id, its server, and the server that signs it in. Source: atproto.com/specs. */
import * as z from 'zod/mini'
import { fail, type PlatformFailure, type PlatformResult, refuse, succeed } from '../../outcome.ts'
import { readText, withTimeout } from '../http.ts'
import { getJson, type JsonParts } from './get-json.ts'

export interface IdentityParts extends JsonParts {
  /** TXT records of a name; an error or none means that there are none. */
  resolveTxt: (name: string) => Promise<readonly (readonly string[])[]>
  /** The directory of `did:plc`. An origin. */
  plcDirectory: string
}

export interface Identity {
  did: string
  /** `undefined` where the document names one that does not lead back. */
  handle: string | undefined
  /** An origin. */
  home: string
}

const HANDLE = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/
const PLC = /^did:plc:[a-z2-7]{24}$/
const WEB = /^did:web:[a-zA-Z0-9.-]+(%3A\d{1,5})?$/
const LONGEST_HANDLE = 253

const didDocument = z.object({
  id: z.string(),
  alsoKnownAs: z.optional(z.array(z.string())),
  service: z.optional(z.array(z.object({ id: z.string(), type: z.string(), serviceEndpoint: z.unknown() }))),
})

/** @param identifier a handle, with or without `@`, or a DID */
export async function resolveIdentity(
  identifier: string,
  parts: IdentityParts,
  signal?: AbortSignal,
): Promise<PlatformResult<Identity>> {
  const written = normalised(identifier)
  if (isDid(written)) return resolveDid(written, parts, signal)
  const did = await resolveHandle(written, parts, signal)
  if (!did.ok) return did
  const identity = await resolveDid(did.value, parts, signal)
  // Both have to name each other, or anybody could sign their name with somebody else's.
  if (identity.ok && identity.value.handle !== written) return noSuchAccount(written)
  return identity
}

/** The identity of a DID. Its handle is as the document says, and has not been asked back. */
async function resolveDid(
  did: string,
  parts: IdentityParts,
  signal?: AbortSignal,
): Promise<PlatformResult<Identity>> {
  if (!isDid(did)) return noSuchAccount(did)
  const url = did.startsWith('did:plc:')
    ? new URL(`/${did}`, parts.plcDirectory)
    : new URL(`${schemeOf(did)}//${decodeURIComponent(did.slice('did:web:'.length))}/.well-known/did.json`)
  const answer = await getJson(parts, url, didDocument, signal)
  if (!answer.ok) return answer.failure.httpStatus === 404 ? noSuchAccount(did) : answer
  const { id, alsoKnownAs = [], service = [] } = answer.value
  const found = service.find(
    (one) => one.id.endsWith('#atproto_pds') && one.type === 'AtprotoPersonalDataServer',
  )
  const endpoint = found?.serviceEndpoint
  if (id !== did || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return noSuchAccount(did)
  const handle = alsoKnownAs.find((name) => name.startsWith('at://'))?.slice('at://'.length)
  return succeed({ did, handle: handle?.toLowerCase(), home: new URL(endpoint).origin })
}

async function resolveHandle(
  handle: string,
  parts: IdentityParts,
  signal: AbortSignal | undefined,
): Promise<PlatformResult<string>> {
  if (handle.length > LONGEST_HANDLE || !HANDLE.test(handle))
    return refuse('handle_invalid', 'identifier', 'A handle looks like mika.bsky.social.')
  const records = await parts.resolveTxt(`_atproto.${handle}`).catch(() => [])
  const dids = records.map((chunks) => chunks.join('')).filter((text) => text.startsWith('did='))
  const [first] = dids
  // Two answers are none: nobody knows which one is right.
  if (dids.length === 1 && first !== undefined) return succeed(first.slice('did='.length).trim())
  const url = new URL(`${schemeOf(handle)}//${handle}/.well-known/atproto-did`)
  try {
    const response = await parts.fetch(url, {
      redirect: 'error',
      signal: withTimeout(parts.timeoutMs, signal),
      headers: { accept: 'text/plain' },
    })
    const text = response.ok ? (await readText(response)).trim() : ''
    if (isDid(text)) return succeed(text)
  } catch {
    if (signal?.aborted) throw signal.reason
  }
  return noSuchAccount(handle)
}

function normalised(identifier: string): string {
  const text = identifier.trim().replace(/^(at:\/\/|@)/, '')
  return text.startsWith('did:') ? text : text.toLowerCase()
}

function isDid(text: string): boolean {
  return PLC.test(text) || WEB.test(text)
}

/** `localhost` is allowed by the specification, for work on one machine; whether it is reached is the network's to say. */
function schemeOf(name: string): 'http:' | 'https:' {
  return /^(did:web:)?localhost(%3A|$)/.test(name) ? 'http:' : 'https:'
}

function noSuchAccount(name: string): { ok: false; failure: PlatformFailure } {
  return fail({
    code: 'account_not_found',
    field: 'identifier',
    message: `There is no account ${name.slice(0, 300)}, or its server does not say so.`,
    needs: 'credentials',
    retry: 'never',
    sent: 'answered',
  })
}

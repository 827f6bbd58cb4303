/** Questions that setup puts to the network. Each answers what it saw; none throws. */
import { verification } from '@tockwork/contracts'
import type { Context } from '../context.ts'

export interface Seen {
  ok: boolean
  what: string
}

export interface Network {
  fetch: Context['fetch']
  /** TXT records of a name, each a list of strings that belong together. */
  resolveTxt: (name: string) => Promise<string[][]>
}

const WAIT_MS = 8000
/** A verification file is one line. */
const MOST_BYTES = 4096

/** A page that reviewers open: it must answer with text, without a login. */
export async function pageAnswers({ fetch }: Network, address: string): Promise<Seen> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(WAIT_MS) })
    const type = answer.headers.get('content-type') ?? ''
    await answer.body?.cancel()
    if (!answer.ok) return { ok: false, what: `${address} answers HTTP ${answer.status}` }
    if (!/html|text|pdf/.test(type))
      return { ok: false, what: `${address} answers with ${type || 'no content-type'}, which is no page` }
    if (answer.redirected && /login|signin|sign-in/i.test(new URL(answer.url).pathname))
      return { ok: false, what: `${address} leads to a login` }
    return { ok: true, what: `${address} answers HTTP ${answer.status}` }
  } catch (error) {
    return { ok: false, what: `${address} cannot be reached: ${reason(error)}` }
  }
}

/** TikTok's webhooks are signed: a receiver that takes an unsigned one takes anybody's. */
export async function webhookAnswers({ fetch }: Network, address: string): Promise<Seen> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"event":"tockwork.setup"}',
      redirect: 'manual',
      signal: AbortSignal.timeout(WAIT_MS),
    })
    await answer.body?.cancel()
    const { status } = answer
    if (status >= 500) return { ok: false, what: `${address} answers HTTP ${status}` }
    if (status >= 300 && status < 400)
      return { ok: false, what: `${address} redirects (HTTP ${status}), which a POST does not survive` }
    if (status === 404 || status === 405)
      return { ok: false, what: `${address} takes no POST (HTTP ${status})` }
    if (status < 300)
      return {
        ok: false,
        what: `${address} took an event without a signature (HTTP ${status}): verify TikTok-Signature`,
      }
    return {
      ok: true,
      what: `${address} is reached, and refuses an event without a signature (HTTP ${status})`,
    }
  } catch (error) {
    return { ok: false, what: `${address} cannot be reached: ${reason(error)}` }
  }
}

/** Looks where TikTok looks: at the file under a prefix, or at the TXT records of a domain. */
export async function propertyShown(
  { fetch, resolveTxt }: Network,
  property: string,
  tokenOrRecord: string,
): Promise<Seen> {
  const token = tokenOrRecord.replace(/^tiktok-developers-site-verification=/, '').trim()
  if (!verification.tokenPattern.test(token))
    return { ok: false, what: 'the signature is 32 letters and digits, as the portal shows it' }
  const wanted = verification.record(token)
  try {
    if (!property.includes('/')) {
      const records = (await resolveTxt(property)).map((parts) => parts.join(''))
      return records.includes(wanted)
        ? { ok: true, what: `a TXT record of ${property} reads ${wanted}` }
        : { ok: false, what: `add a TXT record to ${property}: ${wanted}` }
    }
    const address = `${property}${verification.fileName(token)}`
    const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(WAIT_MS) })
    const text = answer.ok ? (await answer.text()).slice(0, MOST_BYTES).trim() : ''
    return text === wanted
      ? { ok: true, what: `${address} holds the signature` }
      : {
          ok: false,
          what: `put a file at ${address} (text/plain) that reads ${wanted}; it answers HTTP ${answer.status}`,
        }
  } catch (error) {
    return { ok: false, what: `${property} could not be looked at: ${reason(error)}` }
  }
}

function reason(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } }
  return cause?.code ?? (error as { code?: string }).code ?? (error as Error).message
}

/**
 * Messages whose words say more than their code does. TikTok answers several things with `invalid_params`; some of them
 * pass by themselves a moment later. None of these texts is on an official page.
 */
import type { Provenance, RetryVerdict } from '@tockwork/kernel'
import { page } from './claim.ts'

export interface KnownMessage {
  id: string
  /** What the message contains. */
  pattern: RegExp
  /** The code it comes with, where one is known; another code with the same words is another thing. */
  code?: string
  meaning: string
  action: string
  retry: RetryVerdict
  source: string
  provenance: Provenance
}

const RESEARCH = 'public clients of the Research API'
const FAQ = page('research-api-faq')

export const knownMessages: readonly KnownMessage[] = [
  {
    id: 'search-id',
    pattern: /search[ _]?id\s+\S+\s+is invalid or expired/i,
    code: 'invalid_params',
    meaning:
      'The search_id is wrong, has expired, or was given out a moment ago and is not ready yet. The last is by far the most frequent.',
    action:
      'Send the same request again after 5 to 10 seconds, up to a minute. If it stays so, begin this window of days anew without search_id and cursor.',
    retry: 'after',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'cursor-not-ready',
    pattern: /invalid count or cursor/i,
    code: 'invalid_params',
    meaning: 'The cursor is not ready yet or not of this search_id, or max_count is out of bounds.',
    action:
      'With a cursor and max_count of 1 to 100 that TikTok has taken before, wait some seconds and repeat; else correct them.',
    retry: 'after',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'no-such-user',
    pattern: /is invalid: cannot find the user/i,
    meaning: 'There is no account of this username: misspelt, renamed or deleted.',
    action: 'Take the account off the list, or look up its present name.',
    retry: 'never',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'user-not-returned',
    pattern: /API cannot return this user'?s information/i,
    meaning: 'The account is outside of what the Research API shows: a minor, a region, or restricted.',
    action: 'Leave the account out and count it as not available; it does not change by asking.',
    retry: 'never',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'private-account',
    pattern: /\buser\b.{0,80}\bis private\b|\bis private\b.{0,40}\b(?:user|account)\b/i,
    meaning: 'The account is private; the Research API shows public accounts alone.',
    action: 'Leave the account out and count it as private.',
    retry: 'never',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'list-not-public',
    pattern: /information cannot be returned/i,
    meaning: 'The owner does not show this list, such as the liked videos.',
    action: 'Leave it out; most accounts hide their likes.',
    retry: 'never',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'research-not-approved',
    pattern: /did not authorize the scope required for completing this request/i,
    code: 'scope_not_authorized',
    meaning:
      'The scope is missing. With a client token of the Research API: its research application is missing or not approved.',
    action:
      'For a user token send the user through consent again with the scope. For Research check the approval and that the key is the one of the approved project.',
    retry: 'never',
    source: FAQ,
    provenance: 'documented',
  },
  {
    id: 'overload',
    pattern: /some(?:thing is|thing went) wrong\. please try again later|server internal error/i,
    code: 'internal_error',
    meaning: 'TikTok was overloaded, or an old or busy range of days took too long.',
    action:
      'Try again with growing pauses. If one window of Research keeps failing, halve its days. Failed requests count against the day’s quota.',
    retry: 'now',
    source: RESEARCH,
    provenance: 'observed',
  },
  {
    id: 'client-credentials',
    pattern: /client (?:key or secret is incorrect|secret is missed)/i,
    meaning: 'client_key or client_secret is missing or wrong.',
    action: 'Send both in the form body, of the same app; a sandbox has its own pair.',
    retry: 'never',
    source: 'public client code',
    provenance: 'observed',
  },
  {
    id: 'no-schema',
    pattern: /no schema found/i,
    meaning:
      'The gateway did not take the request for one of the Commercial Content API: it carried no token.',
    action: 'Get a client token and send it as Authorization: Bearer.',
    retry: 'never',
    source: RESEARCH,
    provenance: 'observed',
  },
]

/** What is known of a message; with a code, only what comes with that code or with any. */
export function messagesLike(text: string, code?: string): KnownMessage[] {
  return knownMessages.filter(
    (known) =>
      known.pattern.test(text) && (code === undefined || known.code === undefined || known.code === code),
  )
}

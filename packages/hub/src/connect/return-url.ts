/** Where the creator is sent after the connect page. */

const LONGEST = 2048
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What is wrong with a return address; `undefined` when nothing is. */
export function returnUrlProblem(text: string): string | undefined {
  if (text.length > LONGEST) return `is longer than ${LONGEST} characters`
  // Parsers of addresses drop line breaks and put slashes in; what is kept is what was looked at.
  if (hasControlOrSpace(text)) return 'must not hold spaces or control characters'
  if (!/^https?:\/\/[^/\\]/i.test(text) || !URL.canParse(text)) return 'is no absolute https:// address'
  const url = new URL(text)
  const local = url.protocol === 'http:' && LOCAL.has(url.hostname)
  if (url.protocol !== 'https:' && !local) return 'must begin with https:// (http:// only on this machine)'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  if (url.hash !== '') return 'must not hold a fragment (#)'
  return undefined
}

function hasControlOrSpace(text: string): boolean {
  return [...text].some((character) => character <= ' ' || character === '\x7f')
}

/** The return address with the outcome in its query; what was in it stays. */
export function returnTo(
  returnUrl: string,
  outcome: {
    sessionId: string
    status: string
    accountId: string | null
    code: string | null
    missingScopes: readonly string[]
  },
): string {
  const url = new URL(returnUrl)
  url.searchParams.set('connect_session', outcome.sessionId)
  url.searchParams.set('status', outcome.status)
  if (outcome.accountId !== null) url.searchParams.set('account_id', outcome.accountId)
  if (outcome.code !== null) url.searchParams.set('code', outcome.code)
  if (outcome.missingScopes.length > 0)
    url.searchParams.set('missing_scopes', outcome.missingScopes.join(','))
  return url.href
}

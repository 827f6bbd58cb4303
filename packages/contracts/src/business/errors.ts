/**
 * Return codes of TikTok API for Business. They come with HTTP 200 in `code`, as numbers; here they are named by their
 * digits. Ranges: 4xxxx the caller, 5xxxx the service, 6xxxx maintenance. Whether to try again is our judgement, guided
 * by what public clients retry.
 */
import type { ErrorEntry } from '../vocabulary.ts'

const CODES = 'https://business-api.tiktok.com/portal/docs?id=1737172488964097'
const PAUSE = 300

type Rest = Partial<Omit<ErrorEntry, 'kind' | 'status'>>

const entry = (meaning: string, action: string, rest: Rest = {}): ErrorEntry => ({
  kind: 'business',
  status: 200,
  meaning,
  action,
  retry: 'never',
  provenance: 'documented',
  source: CODES,
  ...rest,
})
/** The same request cannot succeed. */
const permanent = entry
const limited = (meaning: string, rest: Rest = {}): ErrorEntry =>
  entry(
    meaning,
    'Stop for five minutes, then spread the calls out; the day’s limit begins anew at 00:00 UTC. Nothing was done.',
    { retry: 'after', retryHint: 'window', afterSeconds: PAUSE, ...rest },
  )
const passing = (meaning: string, rest: Rest = {}): ErrorEntry =>
  entry(
    meaning,
    'Try again with growing pauses, up to five minutes; where it acts, ask first whether it was done.',
    {
      retry: 'now',
      retryHint: 'backoff',
      ...rest,
    },
  )
const reconnect = (meaning: string, rest: Rest = {}): ErrorEntry =>
  entry(meaning, 'Send the user through consent again.', { needs: 'reconnect', ...rest })
const refresh = (meaning: string): ErrorEntry =>
  entry(
    meaning,
    'Refresh the token once and repeat the call once; if that fails, send the user through consent again.',
    { retry: 'now', retryHint: 'refresh', needs: 'refresh' },
  )
const app = (meaning: string, action: string): ErrorEntry => entry(meaning, action, { needs: 'credentials' })
const waiting = (meaning: string, action: string): ErrorEntry => entry(meaning, action, { retry: 'after' })

/** Seen by somebody, on no page that is known. */
const seen: Rest = { provenance: 'observed', source: 'public client code' }

const correct = 'Correct the request; the same one cannot succeed.'
const file = 'Mend the file; the same one cannot succeed.'

/** @see `20001`, which is a success in part. */
export const businessErrors: Readonly<Record<string, ErrorEntry>> = {
  20001: entry(
    'Done in part: some of several things failed.',
    'Read in data what failed, and repeat only that.',
  ),
  40000: permanent('A parameter is wrong.', correct),
  40001: entry(
    'No permission for this: a scope was not granted, the app may not do it, or the object is another account’s.',
    'Check the scopes of the token, the app’s permissions in the portal, and that business_id is the token’s own.',
    { needs: 'scope' },
  ),
  40002: permanent('A parameter is wrong; the message names it.', correct),
  40006: permanent('The parameters do not fit this version, or the path is unknown.', correct),
  40007: permanent('The operation or the object does not exist.', 'Check the id; it may have been deleted.'),
  40008: permanent('The endpoint is not implemented, or not in the sandbox.', 'Use the production host.'),
  40009: permanent(
    'The parameter or method is not supported in the sandbox.',
    'Leave it out, or use production.',
  ),
  40010: permanent('The domain is not supported for this version.', 'Call business-api.tiktok.com.'),
  40011: permanent('Too many ids in one request.', 'Send fewer at a time.'),
  40013: permanent('The sandbox account is missing.', 'Make one in the portal.'),
  40014: permanent('The feature is not in the sandbox.', 'Use production.'),
  40016: limited('Too many calls by this app (older form of 40100).'),
  40050: permanent('The same request was sent before.', 'Take it as done; do not send it again.'),
  40051: permanent('The API version is not valid.', 'Call /open_api/v1.3/.'),
  40053: permanent('The video id is not valid.', 'Check that the id was stored whole, as text.'),
  40064: permanent(
    'The direct message is blocked: the window of 48 hours is over, or the other side did not write first.',
    'Wait for a message of theirs.',
    seen,
  ),
  40100: limited('Too many calls by this app.'),
  40101: app(
    'The app’s id and secret do not fit, or the code is of another kind or app.',
    'Check id and secret, and that the code came from the consent of this app.',
  ),
  40102: refresh('The access token has expired.'),
  40103: reconnect('The refresh token has expired.'),
  40104: permanent(
    'The access token is missing.',
    'Send it in the header Access-Token, without the word Bearer.',
  ),
  40105: refresh('The access token is wrong or was revoked.'),
  40106: reconnect('The token does not fit this account.'),
  40107: reconnect('The refresh token is wrong, or of a kind that is not refreshed.'),
  40108: permanent('grant_type is wrong.', 'Send authorization_code or refresh_token.'),
  40109: permanent('Something could not be deciphered.', correct),
  40110: reconnect('The authorization code was cancelled, used or has expired.'),
  40112: permanent('The password is wrong.', correct),
  40113: app(
    'The app is unknown or blocked, or its id does not fit the token.',
    'Check the app’s id and state in the portal.',
  ),
  40115: reconnect('The time of the authorization is past.'),
  40116: permanent('The signature is not valid.', correct),
  40117: permanent('The method is not allowed.', 'Use the documented one, GET or POST.'),
  40118: permanent('The app is not on the allowlist of this endpoint.', 'Ask TikTok for access.'),
  40119: permanent('App and advertiser are of different companies.', 'Use an app of the same company.'),
  40124: permanent('The developer profile is missing.', 'Complete it in the portal.'),
  40125: permanent('The developer has no permission for this.', 'Ask for it in the portal.'),
  40131: reconnect('The authorization code has expired.', seen),
  40133: limited('Too many calls for this account; the message tells the limit.', { afterSeconds: 60 }),
  40200: passing('An asynchronous task failed.'),
  40201: waiting('The task is not ready.', 'Ask again later.'),
  40202: passing('Something else is changing the same object.'),
  40300: permanent('The advertiser is unknown or deleted.', 'Check the id.'),
  40301: permanent('Nothing matches.', 'Check the filter.'),
  40502: permanent('The limit of this kind of object is reached.', 'Remove some first.'),
  40700: passing('A check inside TikTok failed.'),
  40900: permanent('The MD5 of the file does not fit.', file),
  40901: waiting('The video is still being processed.', 'Ask again later.'),
  40902: passing('The address could not be fetched.'),
  40903: passing('The image address is not available.'),
  40904: permanent('The image’s content or format is not allowed.', file),
  40905: permanent('The file is missing.', correct),
  40906: permanent('The file is empty.', file),
  40907: permanent('The file is too large.', file),
  40908: permanent('The kind of file is not supported.', file),
  40910: permanent('The file has expired.', 'Upload it again.'),
  40911: permanent('A file of this name is there already.', 'Choose another name.'),
  40912: permanent('The image address is not valid.', correct),
  40913: passing('The image could not be fetched.'),
  40914: permanent('The file is not valid.', file),
  40915: permanent('The file does not meet the requirements.', file),
  41000: permanent(
    'The address that calls is in a country that is not served.',
    'Call from a server elsewhere.',
  ),
  41001: permanent('The endpoint is offline.', 'Look for its successor in the change log.'),
  41002: permanent('Fields of the request are no longer in use.', 'Leave them out.'),
  50000: passing('TikTok had a problem of its own.'),
  50002: passing('TikTok had a problem of its own while it worked on the request.'),
  51065: passing('TikTok had a passing problem of its own.', seen),
  51305: passing('A service behind TikTok’s API had a problem.'),
  60001: passing('TikTok is under maintenance.', { afterSeconds: PAUSE }),
}

/** Those that are about the whole app, whichever account and endpoint met them. */
export const appWideLimitCodes: ReadonlySet<string> = new Set(['40016', '40100'])

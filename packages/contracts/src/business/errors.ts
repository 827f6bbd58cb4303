/**
 * Return codes of TikTok API for Business. They come with HTTP 200 in `code`, as numbers; here they are named by their
 * digits. Ranges: 4xxxx the caller, 5xxxx the service, 6xxxx maintenance. Whether to try again is our judgement, guided
 * by what public clients retry.
 */
import type { ErrorEntry } from '../vocabulary.ts'

const CODES = 'https://business-api.tiktok.com/portal/docs?id=1737172488964097'
const PAUSE = 300

type Rest = Partial<Omit<ErrorEntry, 'kind' | 'status'>>

/** The same request cannot succeed, unless `rest` says otherwise. */
function entry(meaning: string, action: string, rest: Rest = {}): ErrorEntry {
  return {
    kind: 'business',
    status: 200,
    meaning,
    action,
    retry: 'never',
    provenance: 'documented',
    source: CODES,
    ...rest,
  }
}

function limited(meaning: string, rest: Rest = {}): ErrorEntry {
  const action =
    'Stop for five minutes, then spread the calls out; the day’s limit begins anew at 00:00 UTC. Nothing was done.'
  return entry(meaning, action, { retry: 'after', retryHint: 'window', afterSeconds: PAUSE, ...rest })
}

function passing(meaning: string, rest: Rest = {}): ErrorEntry {
  const action =
    'Try again with growing pauses, up to five minutes; where it acts, ask first whether it was done.'
  return entry(meaning, action, { retry: 'now', retryHint: 'backoff', ...rest })
}

function reconnect(meaning: string, rest: Rest = {}): ErrorEntry {
  return entry(meaning, 'Send the user through consent again.', { needs: 'reconnect', ...rest })
}

function refresh(meaning: string): ErrorEntry {
  const action =
    'Refresh the token once and repeat the call once; if that fails, send the user through consent again.'
  return entry(meaning, action, { retry: 'now', retryHint: 'refresh', needs: 'refresh' })
}

function app(meaning: string, action: string): ErrorEntry {
  return entry(meaning, action, { needs: 'credentials' })
}

function waiting(meaning: string, action: string): ErrorEntry {
  return entry(meaning, action, { retry: 'after' })
}

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
  40000: entry('A parameter is wrong.', correct),
  40001: entry(
    'No permission for this: a scope was not granted, the app may not do it, or the object is another account’s.',
    'Check the scopes of the token, the app’s permissions in the portal, and that business_id is the token’s own.',
    { needs: 'scope' },
  ),
  40002: entry('A parameter is wrong; the message names it.', correct),
  40006: entry('The parameters do not fit this version, or the path is unknown.', correct),
  40007: entry('The operation or the object does not exist.', 'Check the id; it may have been deleted.'),
  40008: entry('The endpoint is not implemented, or not in the sandbox.', 'Use the production host.'),
  40009: entry(
    'The parameter or method is not supported in the sandbox.',
    'Leave it out, or use production.',
  ),
  40010: entry('The domain is not supported for this version.', 'Call business-api.tiktok.com.'),
  40011: entry('Too many ids in one request.', 'Send fewer at a time.'),
  40013: entry('The sandbox account is missing.', 'Make one in the portal.'),
  40014: entry('The feature is not in the sandbox.', 'Use production.'),
  40016: limited('Too many calls by this app (older form of 40100).'),
  40050: entry('The same request was sent before.', 'Take it as done; do not send it again.'),
  40051: entry('The API version is not valid.', 'Call /open_api/v1.3/.'),
  40053: entry('The video id is not valid.', 'Check that the id was stored whole, as text.'),
  40064: entry(
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
  40104: entry(
    'The access token is missing.',
    'Send it in the header Access-Token, without the word Bearer.',
  ),
  40105: refresh('The access token is wrong or was revoked.'),
  40106: reconnect('The token does not fit this account.'),
  40107: reconnect('The refresh token is wrong, or of a kind that is not refreshed.'),
  40108: entry('grant_type is wrong.', 'Send authorization_code or refresh_token.'),
  40109: entry('Something could not be deciphered.', correct),
  40110: reconnect('The authorization code was cancelled, used or has expired.'),
  40112: entry('The password is wrong.', correct),
  40113: app(
    'The app is unknown or blocked, or its id does not fit the token.',
    'Check the app’s id and state in the portal.',
  ),
  40115: reconnect('The time of the authorization is past.'),
  40116: entry('The signature is not valid.', correct),
  40117: entry('The method is not allowed.', 'Use the documented one, GET or POST.'),
  40118: entry('The app is not on the allowlist of this endpoint.', 'Ask TikTok for access.'),
  40119: entry('App and advertiser are of different companies.', 'Use an app of the same company.'),
  40124: entry('The developer profile is missing.', 'Complete it in the portal.'),
  40125: entry('The developer has no permission for this.', 'Ask for it in the portal.'),
  40131: reconnect('The authorization code has expired.', seen),
  40133: limited('Too many calls for this account; the message tells the limit.', { afterSeconds: 60 }),
  40200: passing('An asynchronous task failed.'),
  40201: waiting('The task is not ready.', 'Ask again later.'),
  40202: passing('Something else is changing the same object.'),
  40300: entry('The advertiser is unknown or deleted.', 'Check the id.'),
  40301: entry('Nothing matches.', 'Check the filter.'),
  40502: entry('The limit of this kind of object is reached.', 'Remove some first.'),
  40700: passing('A check inside TikTok failed.'),
  40900: entry('The MD5 of the file does not fit.', file),
  40901: waiting('The video is still being processed.', 'Ask again later.'),
  40902: passing('The address could not be fetched.'),
  40903: passing('The image address is not available.'),
  40904: entry('The image’s content or format is not allowed.', file),
  40905: entry('The file is missing.', correct),
  40906: entry('The file is empty.', file),
  40907: entry('The file is too large.', file),
  40908: entry('The kind of file is not supported.', file),
  40910: entry('The file has expired.', 'Upload it again.'),
  40911: entry('A file of this name is there already.', 'Choose another name.'),
  40912: entry('The image address is not valid.', correct),
  40913: passing('The image could not be fetched.'),
  40914: entry('The file is not valid.', file),
  40915: entry('The file does not meet the requirements.', file),
  41000: entry('The address that calls is in a country that is not served.', 'Call from a server elsewhere.'),
  41001: entry('The endpoint is offline.', 'Look for its successor in the change log.'),
  41002: entry('Fields of the request are no longer in use.', 'Leave them out.'),
  50000: passing('TikTok had a problem of its own.'),
  50002: passing('TikTok had a problem of its own while it worked on the request.'),
  51065: passing('TikTok had a passing problem of its own.', seen),
  51305: passing('A service behind TikTok’s API had a problem.'),
  60001: passing('TikTok is under maintenance.', { afterSeconds: PAUSE }),
}

/** Those that are about the whole app, whichever account and endpoint met them. */
export const appWideLimitCodes: ReadonlySet<string> = new Set(['40016', '40100'])

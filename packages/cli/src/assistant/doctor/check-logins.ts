/** Faults of what creators granted: grants that lapse, renewals that cannot succeed, scopes that are missing. */
import { nameOf } from '../../state/accounts.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Facts, Login } from './facts.ts'

const TOKENS = 'https://developers.tiktok.com/doc/oauth-user-access-token-management'
const SCOPES = 'https://developers.tiktok.com/doc/scopes-overview'
const DAY_MS = 86_400_000
const SOON_DAYS = 14

export function checkLogins(facts: Facts): Diagnosis[] {
  return [...facts.logins.flatMap((login) => checkLogin(login, facts)), ...checkHubAccounts(facts)]
}

function checkLogin(login: Login, { now, config }: Facts): Diagnosis[] {
  const { account, tokens, target } = login
  const who = nameOf(account)
  const where = `${target}: ${who}`
  const again = `Run \`tockwork login\` again as ${who}.`
  if (tokens === undefined)
    return [
      {
        rule: 'login-lapsed',
        level: 'error',
        what: `The tokens of ${who} are gone.`,
        evidence: `the account is listed, and has no file of tokens (${target})`,
        why: 'Nothing can be called for this account.',
        fix: again,
        link: TOKENS,
        where,
      },
    ]
  const days = Math.floor((tokens.refreshExpiresAt - now) / DAY_MS)
  if (tokens.refreshExpiresAt <= now)
    return [
      {
        rule: 'login-lapsed',
        level: 'error',
        what: `The login of ${who} has lapsed.`,
        evidence: `its refresh token was good until ${day(tokens.refreshExpiresAt)}`,
        why: 'A refresh token that has lapsed cannot be renewed: TikTok answers invalid_grant.',
        fix: again,
        link: TOKENS,
        where,
      },
    ]
  return [
    ...(days >= SOON_DAYS
      ? []
      : [
          {
            rule: 'login-lapsing' as const,
            level: 'warning' as const,
            what: `The login of ${who} lapses in ${days} days.`,
            evidence: `its refresh token is good until ${day(tokens.refreshExpiresAt)}`,
            why: 'After that day only the creator can connect it again. Whether a renewal moves the day is disputed between TikTok’s pages.',
            fix: again,
            link: TOKENS,
            where,
          },
        ]),
    ...checkRenewal(login, config, where),
  ]
}

/** A token of the real TikTok is renewed with the secret of the app that it was given to, and no other. */
function checkRenewal({ account, target }: Login, config: Facts['config'], where: string): Diagnosis[] {
  // Nothing says that this target is used now.
  if (target !== 'tiktok' || config.clientKey === undefined || config.clientSecret === undefined) return []
  if (account.clientKey === config.clientKey) return []
  return [
    {
      rule: 'refresh-impossible',
      level: 'warning',
      what: `The login of ${nameOf(account)} belongs to another app than the one that is set.`,
      evidence: `it was given to ${account.clientKey}; TIKTOK_CLIENT_KEY is ${config.clientKey}`,
      why: 'A token is renewed with the secret of its own app; with another one TikTok answers invalid_grant.',
      fix: `Set the key and secret of ${account.clientKey}, or log in again with the present app.`,
      link: TOKENS,
      where,
    },
  ]
}

/** What the hub's reasons mean; the same words stand in its event `account.reauthorization_required`. */
const whyGone: Readonly<Record<string, string>> = {
  grant_gone:
    'TikTok answered invalid_grant twice: the creator removed the app, or another program renewed the same token.',
  refresh_answer_lost:
    'The answer of a refresh was lost on the way, and TikTok does not take the old refresh token any more.',
  refresh_token_expired: 'The refresh token has lapsed: nobody renewed it in time.',
  removed_at_tiktok: 'The creator removed the app at TikTok.',
  tiktok_account_deleted: 'The creator’s account at TikTok was deleted.',
}

function checkHubAccounts({ hub }: Facts): Diagnosis[] {
  return (hub?.accounts ?? []).flatMap(({ id, username, status, status_reason, missing_scopes }) => {
    const who = username === null ? id : `@${username} (${id})`
    return [
      ...(status !== 'reauthorization_required'
        ? []
        : [
            {
              rule: 'refresh-refused' as const,
              level: 'error' as const,
              what: `${who} must be connected again.`,
              evidence: `the hub says ${status}${status_reason === null ? '' : `, because ${status_reason}`}`,
              why: `${(status_reason !== null && whyGone[status_reason]) || 'TikTok refused to renew the token.'} Nothing goes out for this account.`,
              fix: 'Make a connect session for it and send the creator its address.',
              link: TOKENS,
              where: id,
            },
          ]),
      ...(missing_scopes.length === 0 || status !== 'connected'
        ? []
        : [
            {
              rule: 'scope-missing' as const,
              level: 'warning' as const,
              what: `${who} has not granted everything that was asked for.`,
              evidence: `missing: ${missing_scopes.join(', ')}`,
              why: 'Calls that need these scopes are refused. Scopes that are asked for and never used are a reason to fail the audit.',
              fix: 'Connect the account again if the scopes are needed; else stop asking for them.',
              link: SCOPES,
              where: id,
            },
          ]),
    ]
  })
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

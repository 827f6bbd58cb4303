/** Faults that show in what was called: by the emulator's record, the hub's windows and its failed posts. */
import { lookUpError, possibilities } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { type LifecycleEvent, lifecycle } from '@tockwork/contracts/knowledge'
import { shopRetryOf } from '@tockwork/contracts/shop'
import type { Diagnosis } from './diagnosis.ts'
import type { Facts, SeenRequest } from './facts.ts'

const GUIDELINES = 'https://developers.tiktok.com/doc/content-sharing-guidelines'
const ERRORS = 'https://developers.tiktok.com/doc/tiktok-api-v2-error-handling'
const LIMITS = 'https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit'
const UNAUDITED = 'unaudited_client_can_only_post_to_private_accounts'
/** Two may be a person who tried again; three in this time are a program. */
const TIMES = 3
const WITHIN_MS = 60_000
/** Posts are made at another pace than calls. */
const POSTS_WITHIN_MS = 3_600_000
const NEARLY = 0.1

export function checkCalls(facts: Facts): Diagnosis[] {
  return [
    ...checkAudit(facts),
    ...checkScopes(facts),
    ...checkRenewals(facts),
    ...checkRetries(facts),
    ...checkPostsInVain(facts),
    ...checkLimits(facts),
    ...checkRetired(facts),
  ]
}

function checkAudit({ requests, hub }: Facts): Diagnosis[] {
  const refused = requests.filter(({ verdict }) => verdict === UNAUDITED)
  const failed = (hub?.posts ?? []).filter(({ failure }) => failure?.reason === UNAUDITED)
  if (refused.length + failed.length === 0) return []
  const [first] = refused
  return [
    {
      rule: 'unaudited-public',
      level: 'error',
      what: 'An app that has not passed the audit tries to post publicly or to a public account.',
      evidence: `${UNAUDITED}, ${refused.length + failed.length} times${first?.client_key === undefined ? '' : `, by ${first.client_key}`}`,
      why: 'Until the Content Posting audit TikTok takes posts with SELF_ONLY to private accounts alone.',
      fix: 'Post SELF_ONLY to an account that is set to private, send drafts, or pass the audit.',
      link: GUIDELINES,
      where: first?.client_key ?? failed[0]?.id ?? 'posts',
    },
  ]
}

function checkScopes({ requests }: Facts): Diagnosis[] {
  const refused = requests.filter(({ verdict }) => verdict === 'scope_not_authorized')
  return groups(refused, ({ endpoint, path }) => endpoint ?? path).map(([name, seen]) => {
    const declared = endpoints.find(({ id }) => id === name)?.scopes
    const scopes = declared === undefined ? [] : [...new Set(possibilities(declared).flat())]
    return {
      rule: 'scope-refused',
      level: 'error',
      what: `${name} is called without the scope that it needs.`,
      evidence: `scope_not_authorized, ${seen.length} times${scopes.length === 0 ? '' : `; it needs ${scopes.join(' or ')}`}`,
      why: 'The app must be approved for a scope and each creator must grant it; they may untick it.',
      fix: 'Ask for the scope in the consent, and do not call where it is not granted.',
      link: 'https://developers.tiktok.com/doc/scopes-overview',
      where: name,
    }
  })
}

function checkRenewals({ requests }: Facts): Diagnosis[] {
  const refused = requests.filter(
    ({ path, endpoint, verdict }) =>
      path.startsWith('/v2/oauth/token') &&
      (endpoint === undefined || endpoint === 'oauth.refreshToken') &&
      verdict.startsWith('invalid_'),
  )
  return groups(refused, ({ verdict }) => verdict).map(([verdict, seen]) => {
    const [known] = lookUpError(verdict)
    return {
      rule: 'refresh-refused',
      level: 'error',
      what: `Renewals of tokens are refused with ${verdict}.`,
      evidence: `${seen.length} times, last at ${seen.at(-1)?.at}`,
      why: known?.meaning ?? 'The token endpoint did not take the request.',
      fix: known?.action ?? 'Send the user through consent again.',
      link: 'https://developers.tiktok.com/doc/oauth-error-handling',
      where: seen[0]?.client_key ?? 'oauth.refreshToken',
    }
  })
}

/** Whether what was refused so can succeed when it is sent again. TikTok Shop has numbers for codes. */
function isFinal({ verdict, endpoint }: SeenRequest): boolean {
  if (endpoint?.startsWith('shop.') === true)
    return /^\d+$/.test(verdict) && shopRetryOf(Number(verdict)) === 'never'
  return lookUpError(verdict)[0]?.retry === 'never'
}

function isCapped({ verdict, endpoint }: SeenRequest): boolean {
  if (endpoint?.startsWith('shop.') === true)
    return /^\d+$/.test(verdict) && shopRetryOf(Number(verdict)) === 'throttled'
  return lookUpError(verdict)[0]?.retry === 'after'
}

function checkRetries({ requests }: Facts): Diagnosis[] {
  const final = requests.filter(isFinal)
  const same = ({ method, path, user, client_key, verdict }: SeenRequest) =>
    [method, path, user, client_key, verdict].join(' ')
  return groups(final, same).flatMap(([, seen]) => {
    const burst = seen.some((each, index) => {
      const first = seen[index - (TIMES - 1)]
      return first !== undefined && Date.parse(each.at) - Date.parse(first.at) <= WITHIN_MS
    })
    const [first] = seen
    if (!burst || first === undefined) return []
    return [
      {
        rule: 'retry-in-vain' as const,
        level: 'warning' as const,
        what: `${first.method} ${first.path} is sent again although it was refused for good.`,
        evidence: `${first.verdict}, ${seen.length} times, ${TIMES} of them within a minute`,
        why: 'The same call cannot succeed, refusals count against limits, and repeats look like a bot.',
        fix: `Retry by the verdict of the code: tockwork explain ${first.verdict}`,
        link: ERRORS,
        where: first.endpoint ?? first.path,
      },
    ]
  })
}

/** Posts of one account that fail for the same reason over and over: whoever makes them does not read why. */
function checkPostsInVain({ hub }: Facts): Diagnosis[] {
  const final = (hub?.posts ?? []).filter(({ failure, account_id }) => {
    const known = lookUpError(failure?.reason ?? '')
    return account_id !== undefined && known.length > 0 && known.every(({ retry }) => retry === 'never')
  })
  return groups(final, ({ failure, account_id }) => `${account_id} ${failure?.reason}`).flatMap(
    ([name, posts]): Diagnosis[] => {
      const [account = '', reason = ''] = name.split(' ')
      const times = posts.map(({ created_at = '' }) => Date.parse(created_at)).sort((a, b) => a - b)
      const burst = times.some(
        (at, index) => at - (times[index - (TIMES - 1)] ?? -Infinity) <= POSTS_WITHIN_MS,
      )
      // What an app that is not audited does wrong has a finding of its own.
      if (!burst || reason === UNAUDITED) return []
      const [known] = lookUpError(reason)
      return [
        {
          rule: 'retry-in-vain',
          level: 'warning',
          what: `Posts of ${account} are made again although they fail for good.`,
          evidence: `${reason}, ${posts.length} posts, ${TIMES} of them within an hour, such as ${posts[0]?.id}`,
          why: known?.meaning ?? 'The same post cannot succeed.',
          fix: known?.action ?? `Read the reason first: tockwork explain ${reason}`,
          link: ERRORS,
          where: account,
        },
      ]
    },
  )
}

function checkLimits({ requests, hub, now }: Facts): Diagnosis[] {
  const capped = requests.filter(isCapped)
  return [
    ...groups(capped, ({ verdict, endpoint, path }) => `${verdict} ${endpoint ?? path}`).map(
      ([name, seen]) => {
        const [code = '', where = ''] = name.split(' ')
        return limit(
          `${where} runs into a limit.`,
          `${code}, ${seen.length} times, last at ${seen.at(-1)?.at}`,
          where,
        )
      },
    ),
    ...(hub?.limits ?? []).flatMap((each) => {
      const { endpoint, account_id, remaining, blocked_until } = each
      const whose = account_id === null ? 'the app' : account_id
      if (blocked_until !== null && Date.parse(blocked_until) > now)
        return [limit(`TikTok has closed ${endpoint} for ${whose}.`, `until ${blocked_until}`, endpoint)]
      if (remaining > each.limit * NEARLY) return []
      return [
        limit(
          `The limit of ${endpoint} is nearly used up for ${whose}.`,
          `${remaining} of ${each.limit} left`,
          endpoint,
        ),
      ]
    }),
  ]
}

function limit(what: string, evidence: string, where: string): Diagnosis {
  return {
    rule: 'limit-near',
    level: 'warning',
    what,
    evidence,
    why: 'Calls over a limit are refused, and the work behind them waits or fails.',
    fix: 'Spread the calls out, ask for more at once where the call can, or ask TikTok’s support for more.',
    link: LIMITS,
    where,
  }
}

function checkRetired({ requests, config }: Facts): Diagnosis[] {
  const called = [
    ...requests.map(({ host, path }) => ({ address: `https://${host}${path}`, where: path })),
    ...['TOCKWORK_TIKTOK_ORIGIN'].map((name) => ({
      address: `${config.environment[name] ?? ''}/`,
      where: name,
    })),
  ]
  return groups(
    called.flatMap(({ address, where }) => {
      const event = endedAddress(address)
      return event === undefined ? [] : [{ event, address, where }]
    }),
    ({ event }) => event.id,
  ).flatMap(([, seen]) => {
    const [first] = seen
    if (first === undefined) return []
    const { event, address, where } = first
    return [
      {
        rule: 'retired-endpoint' as const,
        level: event.kind === 'announced' ? ('note' as const) : ('error' as const),
        what: `An address is used that ${event.kind === 'announced' ? 'will end' : `ended on ${event.date}`}: ${event.what}`,
        evidence: `${address}, ${seen.length} times`,
        why: 'TikTok does not answer there any more, or will stop to.',
        fix: event.action,
        link: event.source,
        where,
      },
    ]
  })
}

/** What ended, or will end, at an address. */
export function endedAddress(address: string): LifecycleEvent | undefined {
  return lifecycle.find(
    ({ kind, affects = [] }) =>
      (kind === 'ends' || kind === 'announced') &&
      affects.some(
        (each) =>
          each === address ||
          // Of version 1 nothing is left at all.
          (each.startsWith('https://open-api.tiktok.com/') &&
            address.startsWith('https://open-api.tiktok.com/')),
      ),
  )
}

function groups<T>(list: readonly T[], key: (each: T) => string): [string, T[]][] {
  // Map.groupBy would do; Node 20 lacks it.
  const found = new Map<string, T[]>()
  for (const each of list) {
    const name = key(each)
    found.set(name, [...(found.get(name) ?? []), each])
  }
  return [...found]
}

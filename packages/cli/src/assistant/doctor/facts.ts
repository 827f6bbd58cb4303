/** Gathers what the doctor looks at. Tokens stay where they are: only their times and scopes are taken. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '@tockwork/api'
import { TockworkError } from '@tockwork/kernel'
import { FileTokenStore } from '@tockwork/sdk/node'
import * as z from 'zod/mini'
import type { Context } from '../../context.ts'
import { Control } from '../../control.ts'
import { readAnswers } from '../../setup/answers.ts'
import { webhookAnswers } from '../../setup/checks.ts'
import { type Account, readAccounts, tokenFolder } from '../../state/accounts.ts'
import { isMissing } from '../../state/private-file.ts'
import { findEmulator } from '../../state/running-emulator.ts'
import { isLocal, type Target } from '../../target.ts'
import { type CodeUsage, readCodeUsage } from '../code/code-usage.ts'
import { findHub, type HubLink } from '../hub-link.ts'
import { keptShopGrants, readShop, type ShopFacts, type ShopGrant, shopGrantsOf } from './shop-facts.ts'

export interface Login {
  /** Folder of the target: `tiktok`, `emulator`, or a host's name. */
  target: string
  account: Account
  /** Absent when the tokens are gone. Times in milliseconds since the epoch. */
  tokens?: { expiresAt: number; refreshExpiresAt: number; scopes: readonly string[] }
}

/** A request that the emulator answered. */
const request = z.object({
  at: z.string(),
  method: z.string(),
  host: z.string(),
  path: z.string(),
  endpoint: z.optional(z.string()),
  client_key: z.optional(z.string()),
  user: z.optional(z.string()),
  verdict: z.string(),
})
export type SeenRequest = z.output<typeof request>

/** A webhook of TikTok's, as the emulator sent it. */
const delivery = z.object({
  url: z.string(),
  state: z.enum(['pending', 'delivered', 'dropped']),
  attempts: z.array(z.object({ status: z.optional(z.number()), error: z.optional(z.string()) })),
})
export type TikTokDelivery = z.output<typeof delivery>

type Page<T> = { data: T[]; next_cursor: string | null }

export interface HubAccount {
  id: string
  username: string | null
  status: string
  status_reason: string | null
  missing_scopes: string[]
}

export interface HubLimit {
  endpoint: string
  account_id: string | null
  limit: number
  remaining: number
  blocked_until: string | null
}

export interface HubPost {
  id: string
  account_id?: string
  created_at?: string
  failure: { reason: string } | null
}

export interface HubEndpoint {
  id: string
  url: string
  status: 'enabled' | 'disabled'
  disabled_reason: 'by_you' | 'failing' | 'gone' | null
  failing_since: string | null
}

export interface HubShop {
  external_id: string
  name: string | null
  app_id: string
  account_status: string
  authorization_ends_at: string | null
}

export interface HubDelivery {
  id: string
  endpoint_id: string
}

export interface Facts {
  now: number
  config: Context['config']
  cwd: string
  logins: Login[]
  /** `Date` headers that servers sent, with when they came. */
  dates: { server: string; date: string; at: number }[]
  requests: SeenRequest[]
  /** Webhooks of the emulator, oldest first. */
  deliveries: TikTokDelivery[]
  /** The address that `setup` was told of, and how it answered. */
  receiver?: { address: string; ok: boolean; what: string }
  /** The shops and listings that the token of the environment reaches. */
  shop?: ShopFacts
  /** Authorizations of sellers: at an emulator, of the hub, and those kept here. */
  shopGrants?: ShopGrant[]
  hub: HubFacts | undefined
  /** What the app's own code calls and asks for, where it was named. */
  code?: CodeUsage
  /** Why a hub that answers could not be read. */
  hubProblem?: { origin: string; said: string }
}

export interface HubFacts {
  origin: string
  accounts: HubAccount[]
  limits: HubLimit[]
  posts: HubPost[]
  endpoints: HubEndpoint[]
  /** Dead letters, newest first. */
  dead: HubDelivery[]
  shops?: HubShop[]
}

type Needs = Pick<Context, 'config' | 'cwd' | 'clock' | 'fetch' | 'signal' | 'random' | 'pid'>

const PROBE_MS = 3000
const MOST_ACCOUNTS = 10_000
const TIKTOK = 'https://open.tiktokapis.com'

/** @param codeFolder the app's own code, an absolute path. */
export async function gatherFacts(context: Needs, codeFolder?: string): Promise<Facts> {
  const { config, cwd, clock } = context
  const emulator =
    config.tiktokOrigin ?? (config.clientKey === undefined ? await findEmulator(context) : undefined)
  const link = await findHub(context)
  const tiktok = emulator ?? (config.clientKey === undefined ? undefined : TIKTOK)
  const dates = [
    ...(tiktok === undefined ? [] : await dateOf(context, tiktok)),
    ...('date' in link && link.date !== undefined
      ? [{ server: link.origin, date: link.date, at: clock.now() }]
      : []),
  ]
  const local = isLocal(emulator)
  const shop = await readShop(context)
  const receiver = await tryReceiver(context)
  const hubFacts = await readHub(link)
  return {
    now: clock.now(),
    config,
    cwd,
    logins: await gatherLogins(config.dataDir),
    dates,
    requests: local ? await seenBy(context, emulator as string) : [],
    deliveries: local ? await deliveriesOf(context, emulator as string) : [],
    ...(shop === undefined ? {} : { shop }),
    ...(receiver === undefined ? {} : { receiver }),
    ...(codeFolder === undefined ? {} : { code: await readCodeUsage(codeFolder) }),
    ...hubFacts,
    shopGrants: [
      ...(local ? await shopGrantsOf(context, emulator as string) : []),
      ...(await keptShopGrants(config.dataDir, clock.now())),
      ...(hubFacts.hub?.shops ?? []).flatMap((shop) => ofHub(shop, clock.now())),
    ],
  }
}

/** One that must be connected again anyway has a finding of its own. */
function ofHub({ name, external_id, app_id, account_status, authorization_ends_at }: HubShop, now: number) {
  if (account_status !== 'connected' || authorization_ends_at === null) return []
  return [{ seller: name ?? external_id, app: app_id, endsAt: Date.parse(authorization_ends_at), now }]
}

async function dateOf({ fetch, clock }: Needs, origin: string): Promise<Facts['dates']> {
  try {
    const answer = await fetch(`${origin}/`, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })
    const date = answer.headers.get('date')
    return date === null ? [] : [{ server: origin, date, at: clock.now() }]
  } catch {
    // Without a network there is nothing to compare with, which is no fault of this installation.
    return []
  }
}

export async function gatherLogins(dataDir: string): Promise<Login[]> {
  const root = join(dataDir, 'cli')
  const names = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const logins: Login[] = []
  for (const entry of names.filter((each) => each.isDirectory())) {
    const target: Target = {
      origin: undefined,
      name: entry.name,
      folder: join(root, entry.name),
      app: { clientKey: '', clientSecret: undefined },
    }
    const store = new FileTokenStore(tokenFolder(target))
    for (const account of (await readAccounts(target)).accounts) {
      const set = await store.get(account.openId)
      logins.push({
        target: entry.name,
        account,
        ...(set === undefined
          ? {}
          : {
              tokens: {
                expiresAt: set.expiresAt,
                refreshExpiresAt: set.refreshExpiresAt,
                scopes: set.scopes,
              },
            }),
      })
    }
  }
  return logins
}

async function seenBy(context: Needs, origin: string): Promise<SeenRequest[]> {
  try {
    const answer = await new Control(context as Context, origin).send('GET', 'requests?limit=2000')
    return z.parse(z.object({ requests: z.array(request) }), answer).requests
  } catch {
    // What answers there may be something else than our emulator.
    return []
  }
}

async function deliveriesOf(context: Needs, origin: string): Promise<TikTokDelivery[]> {
  try {
    const answer = await new Control(context as Context, origin).send('GET', 'webhooks')
    return z.parse(z.object({ deliveries: z.array(delivery) }), answer).deliveries
  } catch {
    return []
  }
}

async function tryReceiver({ config, fetch }: Needs): Promise<Facts['receiver']> {
  const { webhook_url: address } = await readAnswers(config.dataDir)
  if (address === undefined || !URL.canParse(address)) return undefined
  // Names are not looked up for this.
  return { address, ...(await webhookAnswers({ fetch, resolveTxt: async () => [] }, address)) }
}

async function readHub(link: HubLink): Promise<Pick<Facts, 'hub' | 'hubProblem'>> {
  if (!('client' in link)) return { hub: undefined }
  try {
    return { hub: await readAll(link) }
  } catch (error) {
    // What is wrong with the hub is a finding, and no reason to keep the others back.
    if (!(error instanceof Problem || error instanceof TockworkError)) throw error
    return { hub: undefined, hubProblem: { origin: link.origin, said: `${error.code}: ${error.message}` } }
  }
}

async function readAll({ client, origin }: Extract<HubLink, { client: unknown }>): Promise<HubFacts> {
  const [limits, posts, endpoints, dead, shops] = await Promise.all([
    client.limits.list({ query: { limit: 100 } }) as Promise<Page<HubLimit>>,
    client.posts.list({ query: { state: 'failed', limit: 100 } }) as Promise<Page<HubPost>>,
    orNothing(client.webhookEndpoints.list({ query: { limit: 100 } }) as Promise<Page<HubEndpoint>>),
    orNothing(
      client.webhookDeliveries.list({ query: { state: 'dead', limit: 100 } }) as Promise<Page<HubDelivery>>,
    ),
    orNothing(client.shops.list({ query: { limit: 100 } }) as Promise<Page<HubShop>>),
  ])
  const accounts: HubAccount[] = []
  let cursor: string | null = null
  do {
    const page = (await client.connectedAccounts.list({
      query: { limit: 100, ...(cursor === null ? {} : { cursor }) },
    })) as Page<HubAccount>
    accounts.push(...page.data)
    cursor = page.next_cursor
  } while (cursor !== null && accounts.length < MOST_ACCOUNTS)
  return {
    origin,
    accounts,
    limits: limits.data,
    posts: posts.data,
    endpoints: endpoints.data,
    dead: dead.data,
    shops: shops.data,
  }
}

/** A key that may read accounts and posts need not be one that reads webhooks. */
async function orNothing<T>(page: Promise<Page<T>>): Promise<Page<T>> {
  try {
    return await page
  } catch (error) {
    if (error instanceof Problem && error.status === 403) return { data: [], next_cursor: null }
    throw error
  }
}

/** `call`: any endpoint of the contracts, its input checked before anything is sent. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Endpoint } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { businessEndpoints } from '@tockwork/contracts/business'
import { parseJson, redact, Secret, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { chooseBusinessTarget, openBusiness, openBusinessAccount } from '../business/business-session.ts'
import { closest } from '../closest.ts'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { connect, openSession } from '../session.ts'
import { chooseTarget } from '../target.ts'
import { callShop, findShop, listShop } from './call-shop.ts'

export interface CallOptions {
  /** The body; here `--json` is not about output, which is JSON anyway. */
  json?: string | true
  query?: string[]
  list?: boolean
  as?: string
  app?: string
  showSecrets?: boolean
  /** `shop`: TikTok Shop's operations instead of the open platform's; `business`: TikTok API for Business. */
  api?: string
  /** Of TikTok Shop: which shop the call is about. */
  shop?: string
}

export async function call(context: Context, name: string | undefined, options: CallOptions): Promise<void> {
  const { out, signal } = context
  if (options.api !== undefined && !APIS.includes(options.api))
    throw new UsageError(`--api ${options.api}: one of ${APIS.join(', ')}.`, { field: '--api' })
  if (options.list === true || name === undefined)
    return options.api === 'shop'
      ? listShop(context)
      : list(context, options.api === 'business' ? businessEndpoints : endpoints)
  const body = typeof options.json !== 'string' ? undefined : await readBody(context, options.json)
  const shopOperation = options.api === 'open' || options.api === 'business' ? undefined : findShop(name)
  if (shopOperation !== undefined) {
    const query = readPairs(options.query ?? [])
    const answer = await callShop(context, shopOperation, name, { query, body, shopId: options.shop })
    out.result(options.showSecrets === true ? answer : hideSecrets(answer, SHOP_SECRET_FIELDS), '')
    return
  }
  const endpoint = findEndpoint(name, body)
  if (endpoint.auth === 'session' || endpoint.auth === 'upload-url') {
    const instead =
      endpoint.auth === 'session'
        ? 'a browser opens it: use `tockwork login`'
        : '`tockwork post` sends the bytes'
    throw new UsageError(`${endpoint.id} is not called by itself; ${instead}.`, { field: 'endpoint' })
  }
  const query = options.query === undefined ? undefined : readPairs(options.query)
  if (endpoint.envelope === 'business') {
    const answer = await sendBusiness(context, endpoint, query, body, options)
    out.result(options.showSecrets === true ? answer : hideSecrets(answer), '')
    return
  }
  const request = { ...decodePart(endpoint, 'query', query), ...decodePart(endpoint, 'input', body), signal }
  const answer = await send(context, endpoint, request, options)
  if (answer instanceof Uint8Array) out.stdout.write(answer)
  else out.result(options.showSecrets === true ? answer : hideSecrets(answer), '')
}

const SECRET_FIELDS = new Set(['access_token', 'refresh_token', 'client_secret', 'client_ticket', 'code'])
/** In TikTok Shop's answers a `code` names a shop or a failure. */
const SHOP_SECRET_FIELDS = new Set(['access_token', 'refresh_token', 'token'])

/** Tokens and the credentials in addresses; terminals are scrolled back, recorded and shared. */
function hideSecrets(value: unknown, fields: ReadonlySet<string> = SECRET_FIELDS, name = ''): unknown {
  if (typeof value === 'string') return fields.has(name) ? String(new Secret(value)) : redact(value)
  if (Array.isArray(value)) return value.map((each) => hideSecrets(each, fields))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hideSecrets(each, fields, key)]))
}

/** An access token goes with a call as a user; the app's own credentials with the rest. */
async function send(
  context: Context,
  endpoint: Endpoint,
  request: { query?: unknown; input?: unknown; signal: AbortSignal },
  options: CallOptions,
): Promise<unknown> {
  // The contract has checked both parts; which contract it is cannot be known here.
  const checked = request as { query?: never; input?: never; signal: AbortSignal }
  if (endpoint.auth === 'user') {
    const { creator, target } = await openSession(context, options.as)
    context.out.detail(`${endpoint.id} at ${target.name}`)
    return creator.call(endpoint, checked)
  }
  const target = await chooseTarget(context, options.app)
  return (await connect(context, target)).callAsApp(endpoint, checked)
}

/** The account's `business_id` and the app's credentials are filled in; lists of a query are JSON text, as on the wire. */
async function sendBusiness(
  context: Context,
  endpoint: Endpoint,
  query: Record<string, string> | undefined,
  body: unknown,
  options: CallOptions,
): Promise<unknown> {
  const { signal } = context
  if (endpoint.auth !== 'user') {
    const accessToken = (body as { access_token?: unknown } | undefined)?.access_token
    if (endpoint.id !== 'business.tokenInfo' || typeof accessToken !== 'string')
      throw new UsageError(`${endpoint.id} is not called by itself: use \`tockwork login --business\`.`, {
        field: 'endpoint',
        action: 'business.tokenInfo takes --json \'{"access_token":"…"}\'.',
      })
    const business = openBusiness(context, await chooseBusinessTarget(context))
    return business.auth.tokenInfo({ accessToken }, { signal })
  }
  const account = await openBusinessAccount(context, options.as)
  const business_id = account.businessId
  // The contract has checked both parts; which contract it is cannot be known here.
  const checked = {
    ...decodePart(endpoint, 'query', endpoint.query === undefined ? query : { business_id, ...query }),
    ...decodePart(
      endpoint,
      'input',
      endpoint.input === undefined ? body : { business_id, ...(body as object | undefined) },
    ),
    signal,
  } as { query?: never; input?: never; signal: AbortSignal }
  return account.call(endpoint, checked)
}

const APIS: readonly string[] = ['open', 'shop', 'business']

function list({ out }: Context, all: readonly Endpoint[]): void {
  out.result(
    {
      endpoints: all.map(({ id, title, method, host, path, auth, scopes }) => ({
        id,
        title,
        method,
        host,
        path,
        auth,
        scopes: scopes ?? [],
      })),
    },
    table(all.map(({ id, method, path, title }) => [id, method, path, title])),
  )
}

function findEndpoint(name: string, body: unknown): Endpoint {
  const path = `/${name.replace(/^https?:\/\/[^/]+/, '').replace(/^\/|\/$/g, '')}`
  const found = [...endpoints, ...businessEndpoints].filter(
    (each) => each.id.toLowerCase() === name.toLowerCase() || each.path.replace(/\/$/, '') === path,
  )
  const fitting = found.filter(
    ({ when }) =>
      when === undefined || (body as Record<string, unknown> | undefined)?.[when.field] === when.equals,
  )
  const [first] = found.length === 1 ? found : fitting
  if (first !== undefined) return first
  if (found.length > 1) {
    throw new UsageError(`${name} stands for several endpoints: ${found.map(({ id }) => id).join(', ')}.`, {
      field: 'endpoint',
      action: 'Use one of these ids.',
    })
  }
  const near = closest(
    name,
    [...endpoints, ...businessEndpoints].map(({ id }) => id),
  )
  throw new UsageError(`${name} is no endpoint that is known.`, {
    field: 'endpoint',
    action: `${near.length === 0 ? '' : `Did you mean ${near.join(', or ')}? `}See all: tockwork call --list, or --list --api shop or business`,
  })
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`--query ${pair}: expected key=value.`, { field: '--query' })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

/** The body as text, or from a file (`@body.json`). 64-bit integers keep all their digits. */
async function readBody({ cwd }: Context, given: string): Promise<unknown> {
  let text = given
  if (given.startsWith('@')) {
    text = await readFile(resolve(cwd, given.slice(1)), 'utf8').catch((cause: Error) => {
      throw new UsageError(`--json ${given}: ${cause.message}`, { field: '--json', cause })
    })
  }
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    throw new UsageError(`--json is not JSON: ${(cause as Error).message}`, {
      field: '--json',
      action: `Quote it for the shell: --json '{"max_count":5}'`,
      cause,
    })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new UsageError('--json must be an object.', { field: '--json' })
}

/** Reads a part of the request in TikTok's own form by the contract. */
function decodePart(
  endpoint: Endpoint,
  part: 'query' | 'input',
  value: unknown,
): Partial<Record<'query' | 'input', unknown>> {
  const schema = endpoint[part]
  const flag = part === 'query' ? '--query' : '--json'
  if (schema === undefined) {
    if (value === undefined) return {}
    throw new UsageError(`${endpoint.id} takes no ${part === 'query' ? 'query' : 'body'}.`, { field: flag })
  }
  // The app's own credentials are filled in later, so the form of such a call is checked then.
  if (part === 'input' && endpoint.auth === 'app') return { input: value ?? {} }
  // The small build of the library has no words of its own.
  z.config(z.locales.en())
  const read = z.safeDecode(schema as z.ZodMiniType, (value ?? {}) as never)
  if (read.success) return { [part]: read.data }
  const issues = read.error.issues.map((issue) => `${issue.path.join('.') || part}: ${issue.message}`)
  throw new UsageError(`${endpoint.id} does not take this ${flag}. ${issues.join('; ')}`, {
    field: flag,
    action: `The reference: ${endpoint.doc.url}`,
  })
}

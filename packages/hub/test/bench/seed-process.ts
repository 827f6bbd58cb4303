/**
 * Fills a hub's database for the bench, past the API: accounts with tokens of an emulator, and posts that are due at one
 * moment with their jobs. One line of JSON as the argument; prints one when done.
 */
import { createHash } from 'node:crypto'
import { cryptoRandom, Secret, systemClock } from '@tockwork/kernel'
import { sql } from 'kysely'
import { newId } from '../../src/ids.ts'
import { JobQueue } from '../../src/jobs/queue.ts'
import { ADVANCE_POST } from '../../src/publishing/step.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { sealTokens, tokenPlace } from '../../src/tokens/token-seal.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'

interface Wish {
  url: string
  secretKey: string
  /** An emulator whose creators are `creator0`, `creator1` …; connected where the database has no such account yet. */
  tiktok?: { origin: string; creators: number }
  /** Accounts whose tokens nobody gave, due `dueInMs` from now. */
  invented?: { count: number; dueInMs: number; sealed: boolean }
  /** Makes every pair due again. */
  dueAgain?: boolean
  /** Posts for the accounts in turn, due at `at` (milliseconds since the epoch); TikTok downloads `videoUrl`. */
  posts?: { count: number; at: number; videoUrl: string }
}

const DEMO = { client_key: 'tw-demo-app', client_secret: 'tw-demo-secret' }
const REDIRECT = 'https://example.com/callback'
const SCOPES = 'user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload'
const AT_ONCE = 16
const ROWS = 1_000

const wish = JSON.parse(process.argv[2] ?? '{}') as Wish
const { db, close } = openDatabase({ url: wish.url, max: 4 })
const vault = new Vault(parseMasterKeys(wish.secretKey))
const app = await db.selectFrom('apps').select(['id', 'workspace_id']).executeTakeFirstOrThrow()

interface NewAccount {
  id: string
  openId: string
  sealed: Uint8Array
  dueAt: number
  expiresAt: number
}

if (wish.tiktok !== undefined) await connect(wish.tiktok)
if (wish.invented !== undefined) await invent(wish.invented)
if (wish.dueAgain === true)
  await sql`update token_vault set due_at = now() where account_id not like 'acc\\_resting\\_%'`.execute(db)
if (wish.posts !== undefined) await addPosts(wish.posts)
await sql`analyze`.execute(db)
await close()
process.stdout.write('{"done":true}\n')

async function connect({ origin, creators }: NonNullable<Wish['tiktok']>): Promise<void> {
  let next = 0
  const made: NewAccount[] = []
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < creators) made.push(await connectOne(origin, `creator${next++}`))
    }),
  )
  await insertAccounts(db, made)
}

async function connectOne(origin: string, user: string): Promise<NewAccount> {
  const verifier = Buffer.from(cryptoRandom.bytes(32)).toString('hex')
  const query = new URLSearchParams({
    client_key: DEMO.client_key,
    response_type: 'code',
    scope: SCOPES,
    redirect_uri: REDIRECT,
    state: 'bench',
    code_challenge: createHash('sha256').update(verifier).digest('hex'),
    code_challenge_method: 'S256',
  })
  const consent = await fetch(`${origin}/_emulator/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorize_url: `${origin}/v2/auth/authorize/?${query}`, user }),
  })
  const { redirect_url = '' } = (await consent.json()) as { redirect_url?: string }
  const answer = await fetch(`${origin}/v2/oauth/token/`, {
    method: 'POST',
    body: new URLSearchParams({
      ...DEMO,
      grant_type: 'authorization_code',
      code: new URL(redirect_url).searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: verifier,
    }),
  })
  const given = (await answer.json()) as {
    open_id?: string
    access_token?: string
    refresh_token?: string
    expires_in: number
    refresh_expires_in: number
  }
  const id = newId('acc', systemClock, cryptoRandom)
  const now = systemClock.now()
  return seal(id, {
    openId: given.open_id ?? '',
    accessToken: new Secret(given.access_token ?? ''),
    refreshToken: new Secret(given.refresh_token ?? ''),
    scopes: SCOPES.split(','),
    obtainedAt: now,
    expiresAt: now + given.expires_in * 1000,
    refreshExpiresAt: now + given.refresh_expires_in * 1000,
    dueAt: now + given.expires_in * 700,
  })
}

async function seal(
  id: string,
  { dueAt, ...tokens }: Parameters<typeof sealTokens>[1] & { dueAt: number },
): Promise<NewAccount> {
  const { sealed } = await sealTokens(vault, tokens, tokenPlace(app.workspace_id, id, 1))
  return { id, openId: tokens.openId, sealed, dueAt, expiresAt: tokens.expiresAt }
}

async function invent({ count, dueInMs, sealed }: NonNullable<Wish['invented']>): Promise<void> {
  const now = systemClock.now()
  if (!sealed) {
    // Rows that are only there to be passed over.
    const due = new Date(now + dueInMs)
    await sql`insert into accounts (id, workspace_id, app_id, platform, external_id, status, scopes, connected_at, changed_at)
      select 'acc_resting_' || n, ${app.workspace_id}, ${app.id}, 'tiktok', 'resting' || n, 'connected', '{}', now(), now()
      from generate_series(1, ${count}::integer) n`.execute(db)
    await sql`insert into token_vault (account_id, workspace_id, app_id, sealed, key_version, access_expires_at,
        refresh_expires_at, due_at, changed_at)
      select 'acc_resting_' || n, ${app.workspace_id}, ${app.id}, decode(repeat('00', 400), 'hex'), 1, ${due}, ${due},
        ${due}::timestamptz + n * interval '1 ms', now()
      from generate_series(1, ${count}::integer) n`.execute(db)
    return
  }
  for (let from = 0; from < count; from += ROWS) {
    const length = Math.min(ROWS, count - from)
    const rows = Array.from({ length }, (_, n) =>
      seal(newId('acc', systemClock, cryptoRandom), {
        openId: `invented-${from + n}`,
        accessToken: new Secret(`act.${from + n}`.padEnd(72, 'x')),
        refreshToken: new Secret(`rft.${from + n}`.padEnd(72, 'x')),
        scopes: SCOPES.split(','),
        obtainedAt: now - 86_000_000,
        expiresAt: now + 400_000,
        refreshExpiresAt: now + 31_000_000_000,
        dueAt: now + dueInMs,
      }),
    )
    await insertAccounts(db, await Promise.all(rows))
  }
}

async function insertAccounts(into: Database, accounts: readonly NewAccount[]): Promise<void> {
  const now = new Date(systemClock.now())
  for (let from = 0; from < accounts.length; from += ROWS) {
    const page = accounts.slice(from, from + ROWS)
    const date = (pick: (account: NewAccount) => number) => page.map((account) => new Date(pick(account)))
    await sql`insert into accounts (id, workspace_id, app_id, platform, external_id, status, scopes, connected_at, changed_at)
      select id, ${app.workspace_id}, ${app.id}, 'tiktok', open_id, 'connected', ${SCOPES.split(',')}::text[], ${now}, ${now}
      from unnest(${page.map(({ id }) => id)}::text[], ${page.map(({ openId }) => openId)}::text[]) as n(id, open_id)`.execute(
      into,
    )
    await sql`insert into token_vault (account_id, workspace_id, app_id, sealed, key_version, access_expires_at,
        refresh_expires_at, due_at, changed_at)
      select id, ${app.workspace_id}, ${app.id}, sealed, 1, expires_at, expires_at + interval '300 days', due_at, ${now}
      from unnest(${page.map(({ id }) => id)}::text[], ${page.map(({ sealed }) => Buffer.from(sealed))}::bytea[],
        ${date(({ expiresAt }) => expiresAt)}::timestamptz[], ${date(({ dueAt }) => dueAt)}::timestamptz[])
        as n(id, sealed, expires_at, due_at)`.execute(into)
  }
}

async function addPosts({ count, at, videoUrl }: NonNullable<Wish['posts']>): Promise<void> {
  const accounts = await db
    .selectFrom('accounts')
    .select('id')
    .where('external_id', 'not like', 'resting%')
    .orderBy('id')
    .execute()
  const posts = Array.from({ length: count }, (_, n) => ({
    id: newId('post', systemClock, cryptoRandom),
    accountId: accounts[n % accounts.length]?.id ?? '',
    title: `bench ${n}`,
  }))
  const due = new Date(at)
  const groupId = newId('grp', systemClock, cryptoRandom)
  const jobs = new JobQueue({ url: wish.url, max: 2 })
  jobs.define(ADVANCE_POST, { handler: () => Promise.resolve() })
  await jobs.start({ work: false })
  for (let from = 0; from < count; from += ROWS) {
    const page = posts.slice(from, from + ROWS)
    await db.transaction().execute(async (tx) => {
      await sql`insert into posts (id, workspace_id, group_id, account_id, kind, mode, state, options, source, scheduled_at,
          step_at, created_at, changed_at)
        select id, ${app.workspace_id}, ${groupId}, account_id, 'video', 'direct', 'waiting_for_time',
          jsonb_build_object('title', title, 'privacyLevel', 'SELF_ONLY'),
          jsonb_build_object('type', 'url', 'url', ${videoUrl}::text), ${due}, ${due}, now(), now()
        from unnest(${page.map(({ id }) => id)}::text[], ${page.map(({ accountId }) => accountId)}::text[],
          ${page.map(({ title }) => title)}::text[]) as n(id, account_id, title)`.execute(tx)
      await jobs.sendMany(
        ADVANCE_POST,
        page.map(({ id }) => ({ data: { postId: id }, key: `${id}:1`, at })),
        { tx },
      )
    })
  }
  await jobs.stop(1)
}

/** Who is logged in at a target. Tokens lie in a folder beside it; here is only what may be shown. */
import { join } from 'node:path'
import { AuthError, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Target } from '../target.ts'
import { readIfThere, writePrivateFile } from './private-file.ts'

const account = z.object({
  openId: z.string(),
  clientKey: z.string(),
  displayName: z.optional(z.string()),
  username: z.optional(z.string()),
  scopes: z.array(z.string()),
  /** ISO 8601. */
  loggedInAt: z.string(),
})
const book = z.object({ default: z.optional(z.string()), accounts: z.array(account) })

export type Account = z.output<typeof account>
export type AccountBook = z.output<typeof book>

function pathOf(target: Target): string {
  return join(target.folder, 'accounts.json')
}

export function tokenFolder(target: Target): string {
  return join(target.folder, 'tokens')
}

export async function readAccounts(target: Target): Promise<AccountBook> {
  const text = await readIfThere(pathOf(target))
  if (text === undefined) return { accounts: [] }
  try {
    return z.parse(book, JSON.parse(text))
  } catch (cause) {
    throw new UsageError(`${pathOf(target)} is damaged.`, {
      code: 'accounts_damaged',
      action: 'Delete it and run `tockwork login` again.',
      cause,
    })
  }
}

/** Adds or replaces an account and makes it the default. */
export async function keepAccount(target: Target, added: Account): Promise<void> {
  const { accounts } = await readAccounts(target)
  const others = accounts.filter(({ openId }) => openId !== added.openId)
  await writeAccounts(target, { default: added.openId, accounts: [...others, added] })
}

export async function chooseDefault(target: Target, openId: string): Promise<void> {
  await writeAccounts(target, { ...(await readAccounts(target)), default: openId })
}

export async function dropAccount(target: Target, openId: string): Promise<void> {
  const { default: chosen, accounts } = await readAccounts(target)
  const left = accounts.filter((each) => each.openId !== openId)
  const next = chosen === openId ? left.at(-1)?.openId : chosen
  await writeAccounts(target, { ...(next === undefined ? {} : { default: next }), accounts: left })
}

/**
 * The account that is meant by a username, display name or open_id, or the default one.
 * @throws {AuthError} when nobody is logged in, {@link UsageError} when the name fits none or several.
 */
export async function findAccount(target: Target, name?: string): Promise<Account> {
  const { default: chosen, accounts } = await readAccounts(target)
  if (accounts.length === 0) {
    throw new AuthError(`Nobody is logged in (${target.name}).`, {
      code: 'not_logged_in',
      needs: 'reconnect',
      retry: 'never',
    })
  }
  if (name === undefined) {
    return accounts.find(({ openId }) => openId === chosen) ?? (accounts.at(-1) as Account)
  }
  const wanted = name.replace(/^@/, '').toLowerCase()
  const found = accounts.filter(
    (each) =>
      each.openId === name ||
      each.username?.toLowerCase() === wanted ||
      each.displayName?.toLowerCase() === wanted,
  )
  // A creator can be logged in for several apps; the usual app is meant.
  const [first] =
    found.length === 1 ? found : found.filter(({ clientKey }) => clientKey === target.app.clientKey)
  if (first !== undefined) return first
  const names = accounts.map((each) => `${nameOf(each)} (${each.clientKey}, ${each.openId})`).join(', ')
  throw new UsageError(
    found.length === 0
      ? `Nobody called ${name} is logged in (${target.name}).`
      : `${name} is logged in for several apps; use an open_id.`,
    { code: 'no_such_account', field: '--as', action: `Logged in: ${names}.` },
  )
}

export function nameOf(account: Pick<Account, 'username' | 'displayName' | 'openId'>): string {
  return account.username === undefined ? (account.displayName ?? account.openId) : `@${account.username}`
}

async function writeAccounts(target: Target, accounts: AccountBook): Promise<void> {
  await writePrivateFile(pathOf(target), `${JSON.stringify(accounts, null, 2)}\n`)
}

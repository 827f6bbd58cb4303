/** Many accounts in one statement; each answer is what a read of that one account gives. */
import { sql } from 'kysely'
import { type Account, toAccount } from './accounts.ts'
import type { Database } from './database.ts'
import { type StoredTokens, toStored } from './token-vault.ts'

export interface AccountRef {
  workspaceId: string
  accountId: string
}

/** In the order of `refs`; `undefined` where the workspace has no such account. */
export async function findAccounts(
  db: Database,
  refs: readonly AccountRef[],
): Promise<(Account | undefined)[]> {
  const ids = [...new Set(refs.map(({ accountId }) => accountId))]
  const rows = await db
    .selectFrom('accounts')
    .selectAll()
    .where(sql<boolean>`id = any(${ids}::text[])`)
    .execute()
  const accounts = new Map(rows.map((row) => [row.id, toAccount(row)]))
  return refs.map(({ workspaceId, accountId }) => {
    const account = accounts.get(accountId)
    return account?.workspaceId === workspaceId ? account : undefined
  })
}

export interface AccountTokens {
  account: Account
  tokens: StoredTokens | undefined
}

/** Accounts with their sealed tokens, in the order of `refs`. */
export async function findTokensOf(
  db: Database,
  refs: readonly AccountRef[],
): Promise<(AccountTokens | undefined)[]> {
  const accounts = await findAccounts(db, refs)
  const ids = [...new Set(accounts.flatMap((account) => (account === undefined ? [] : [account.id])))]
  const rows = await db
    .selectFrom('token_vault')
    .selectAll()
    .where(sql<boolean>`account_id = any(${ids}::text[])`)
    .execute()
  const tokens = new Map(rows.map((row) => [row.account_id, row]))
  return accounts.map((account) => {
    if (account === undefined) return undefined
    const row = tokens.get(account.id)
    const own = row?.workspace_id === account.workspaceId ? row : undefined
    return { account, tokens: own === undefined ? undefined : toStored(own) }
  })
}

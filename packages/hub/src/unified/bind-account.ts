/** Whose account it is. Every connected account belongs to a user, whichever way it was connected. */
import type { Random } from '@tockwork/kernel'
import { findAccount } from '../storage/accounts.ts'
import { findApp } from '../storage/apps.ts'
import type { Transaction } from '../storage/database.ts'
import { type AccountBond, findBond, storeBond } from '../storage/unified-accounts.ts'
import { findUserByExternalId, insertUser } from '../storage/unified-users.ts'
import { DEFAULT_PRODUCTS, type Product } from './products.ts'
import { newUuid } from './uuid.ts'
import { workPlatformOf } from './work-platforms.ts'

/** What a page that embeds the Connect flow is told: all three are UUIDs. */
export interface BoundAccount {
  accountId: string
  workPlatformId: string
  userId: string
}

/**
 * Binds an account to the user of an SDK token, in the transaction that connects it and before `onAccountEvent` is told, so
 * that the event names the user. An account that belonged to somebody else goes over to this user.
 * @param bond `accountId` is the hub's (`acc_…`); `products` those of the token
 */
export async function bindAccount(
  tx: Transaction,
  bond: { workspaceId: string; accountId: string; userId: string; products: readonly string[]; now: number },
  random: Random,
): Promise<BoundAccount> {
  const ids = { id: newUuid(random), profileId: newUuid(random) }
  const { id } = await storeBond(tx, { ...bond, ...ids, products: [...bond.products] })
  const account = await findAccount(tx, bond.workspaceId, bond.accountId)
  return {
    accountId: id,
    workPlatformId: workPlatformOf(account?.platform ?? '').id,
    userId: bond.userId,
  }
}

/**
 * The bond of an account that was just connected. Without one it gets the user whose external id its connect session
 * named (`external_user_id`), or one of its own.
 */
export async function bondOf(
  tx: Transaction,
  { workspaceId, accountId, now }: { workspaceId: string; accountId: string; now: number },
  random: Random,
): Promise<AccountBond | undefined> {
  const bond = await findBond(tx, accountId)
  if (bond !== undefined) return bond
  const account = await findAccount(tx, workspaceId, accountId)
  if (account === undefined || account.status === 'erased') return undefined
  const environment = (await findApp(tx, workspaceId, account.appId))?.environment ?? 'production'
  const externalId = account.externalUserId ?? account.id
  const user = { id: newUuid(random), workspaceId, environment, name: externalId, externalId }
  // Somebody may have the external id: the person is known, with another account or from `POST /v1/users`.
  await insertUser(tx, { ...user, implicit: true, createdAt: now })
  const found = await findUserByExternalId(tx, { workspaceId, environment }, externalId)
  if (found === undefined) throw new Error(`The user of ${accountId} is gone`)
  const products: Product[] = [...DEFAULT_PRODUCTS]
  if (workPlatformOf(account.platform).canPublish(account.scopes)) products.push('PUBLISH.CONTENT')
  const ids = { id: newUuid(random), profileId: newUuid(random) }
  return storeBond(tx, { ...ids, accountId, workspaceId, userId: found.id, products, now })
}

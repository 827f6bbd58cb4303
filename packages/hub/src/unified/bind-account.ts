/** Whose account it is. Every connected account belongs to a user, whichever way it was connected. */
import type { Random } from '@tockwork/kernel'
import { findAccount } from '../storage/accounts.ts'
import { findApp } from '../storage/apps.ts'
import type { Transaction } from '../storage/database.ts'
import { type AccountBond, findBond, setExternalUserId, storeBond } from '../storage/unified-accounts.ts'
import { findUser, findUserByExternalId, insertUser } from '../storage/unified-users.ts'
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
  const { workspaceId, accountId, userId } = bond
  const user = await findUser(tx, { workspaceId, environment: undefined }, userId)
  if (user === undefined) throw new Error(`The user of ${accountId} is gone`)
  const { externalId } = user
  await setExternalUserId(tx, { workspaceId, accountId, externalId })
  const ids = { id: newUuid(random), profileId: newUuid(random) }
  const { id } = await storeBond(tx, { ...bond, ...ids, products: [...bond.products] })
  const account = await findAccount(tx, workspaceId, accountId)
  return {
    accountId: id,
    workPlatformId: workPlatformOf(account?.platform ?? '').id,
    userId,
  }
}

/**
 * The bond of an account. Without one it gets the user whose external id its connect session named (`external_user_id`), or
 * one of its own; and when it is connected again for somebody else, it goes over to them.
 */
export async function bondOf(
  tx: Transaction,
  { workspaceId, accountId, now }: { workspaceId: string; accountId: string; now: number },
  random: Random,
  isConnecting = false,
): Promise<AccountBond | undefined> {
  const bond = await findBond(tx, accountId)
  if (bond !== undefined && !isConnecting) return bond
  const account = await findAccount(tx, workspaceId, accountId)
  if (account === undefined || account.status === 'erased') return bond
  if (bond !== undefined) {
    const present = await findUser(tx, { workspaceId, environment: undefined }, bond.userId)
    const named = account.externalUserId ?? present?.externalId
    if (present?.externalId === named) return bond
  }
  const environment = (await findApp(tx, workspaceId, account.appId))?.environment ?? 'production'
  const externalId = account.externalUserId ?? account.id
  const user = { id: newUuid(random), workspaceId, environment, name: externalId, externalId }
  // Somebody may have the external id: the person is known, with another account or from `POST /v1/users`.
  await insertUser(tx, { ...user, implicit: true, createdAt: now })
  const found = await findUserByExternalId(tx, { workspaceId, environment }, externalId)
  if (found === undefined) throw new Error(`The user of ${accountId} is gone`)
  const { supports } = workPlatformOf(account.platform)
  const products: Product[] = supports.has('income') ? ['INCOME'] : [...DEFAULT_PRODUCTS]
  if (workPlatformOf(account.platform).canPublish(account.scopes)) products.push('PUBLISH.CONTENT')
  const ids = { id: newUuid(random), profileId: newUuid(random) }
  return storeBond(tx, { ...ids, accountId, workspaceId, userId: found.id, products, now })
}

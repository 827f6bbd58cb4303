/** The three references that stand in every object, and finding the account that a request names. */
import type { Database } from '../storage/database.ts'
import { findUnifiedAccount, type UnifiedAccount } from '../storage/unified-accounts.ts'
import { findUser, type UserScope } from '../storage/unified-users.ts'
import { notFound } from './refusals.ts'
import { hubNameOf, type WorkPlatform, workPlatformById, workPlatformOf } from './work-platforms.ts'

/** Where the pictures of platforms are served. */
export interface LogoPlace {
  publicUrl: string
}

export function userRefOf(account: UnifiedAccount) {
  return { id: account.userId, name: account.userName }
}

function accountRefOf(account: UnifiedAccount) {
  return { id: account.id, platform_username: account.username, username: account.username }
}

export function workPlatformRefOf({ id, name }: WorkPlatform, { publicUrl }: LogoPlace) {
  return { id, name, logo_url: `${publicUrl}/v1/work-platforms/${id}/logo` }
}

/** `user`, `account` and `work_platform` of whatever belongs to an account. */
export function referencesOf(account: UnifiedAccount, place: LogoPlace) {
  return {
    user: userRefOf(account),
    account: accountRefOf(account),
    work_platform: workPlatformRefOf(workPlatformOf(account.platform), place),
  }
}

/** @throws {Problem} `incorrect_account_id` */
export async function mustFindAccount(db: Database, scope: UserScope, id: string): Promise<UnifiedAccount> {
  const account = await findUnifiedAccount(db, scope, { id })
  if (account === undefined) throw notFound('account')
  return account
}

/** A list's filters, each of which has to name something. @throws {Problem} `incorrect_user_id`, `incorrect_work_platform_id` */
export async function accountFilterOf(
  db: Database,
  scope: UserScope,
  query: { user_id?: string | undefined; work_platform_id?: string | undefined },
): Promise<{ userId: string | undefined; platform: string | undefined }> {
  const { user_id: userId, work_platform_id: platformId } = query
  if (userId !== undefined && (await findUser(db, scope, userId)) === undefined) throw notFound('user')
  const platform = platformId === undefined ? undefined : workPlatformById(platformId)
  if (platformId !== undefined && platform === undefined) throw notFound('work_platform')
  return { userId, platform: platform && hubNameOf(platform) }
}

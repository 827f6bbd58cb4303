/** `whoami`, `accounts` and `logout`. */
import type { UserField } from '@tockwork/sdk'
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { connect, openSession } from '../session.ts'
import {
  type Account,
  chooseDefault,
  dropAccount,
  findAccount,
  nameOf,
  readAccounts,
} from '../state/accounts.ts'
import { chooseTarget, withApp } from '../target.ts'

const BASIC: readonly UserField[] = ['open_id', 'display_name']
const PROFILE: readonly UserField[] = ['username', 'bio_description', 'is_verified', 'profile_deep_link']
const STATS: readonly UserField[] = ['follower_count', 'following_count', 'likes_count', 'video_count']

export async function whoami(context: Context, options: { as?: string }): Promise<void> {
  const { out, signal } = context
  const { account, creator, target, tiktok } = await openSession(context, options.as)
  const grant = await tiktok.auth.grant(account.openId)
  const scopes = grant?.scopes ?? account.scopes
  const fields = [
    ...BASIC,
    ...(scopes.includes('user.info.profile') ? PROFILE : []),
    ...(scopes.includes('user.info.stats') ? STATS : []),
  ]
  const user = await creator.user.info(fields, { signal })
  const until = grant === undefined ? null : new Date(grant.refreshExpiresAt).toISOString()
  out.result({ target: target.origin ?? 'tiktok', app: account.clientKey, user, scopes, login_ends: until }, [
    `${out.style('bold', nameOf(account))} with the app ${account.clientKey} (${target.name})`,
    ...table(Object.entries(user).map(([field, value]) => [`  ${field}`, String(value)])),
    `  scopes: ${scopes.join(', ')}`,
    ...(until === null ? [] : [`  The login ends on ${until.slice(0, 10)} unless it is used before.`]),
  ])
}

export async function accounts(context: Context, options: { as?: string }): Promise<void> {
  const { out } = context
  const target = await chooseTarget(context)
  if (options.as !== undefined) await chooseDefault(target, (await findAccount(target, options.as)).openId)
  const book = await readAccounts(target)
  const isDefault = ({ openId }: Account): boolean => openId === book.default
  out.result(
    {
      target: target.origin ?? 'tiktok',
      accounts: book.accounts.map((account) => ({
        open_id: account.openId,
        username: account.username ?? null,
        display_name: account.displayName ?? null,
        app: account.clientKey,
        scopes: account.scopes,
        default: isDefault(account),
      })),
    },
    book.accounts.length === 0
      ? `Nobody is logged in (${target.name}). Run \`tockwork login\`.`
      : table(
          book.accounts.map((account) => [
            isDefault(account) ? '*' : ' ',
            nameOf(account),
            account.clientKey,
            account.openId,
          ]),
        ),
  )
}

export async function logout(context: Context, options: { as?: string; local?: boolean }): Promise<void> {
  const { out, signal } = context
  const chosen = await chooseTarget(context)
  const account = await findAccount(chosen, options.as)
  const target = withApp(context, chosen, account.clientKey)
  if (options.local === true) {
    const { FileTokenStore } = await import('@tockwork/sdk/node')
    const { tokenFolder } = await import('../state/accounts.ts')
    await new FileTokenStore(tokenFolder(target)).delete(account.openId)
  } else await (await connect(context, target)).auth.revoke(account.openId, { signal })
  await dropAccount(target, account.openId)
  const revoked = options.local !== true
  out.result(
    { target: target.origin ?? 'tiktok', open_id: account.openId, revoked },
    revoked
      ? `${out.style('green', '✓')} ${nameOf(account)} is logged out; the app's access is revoked (${target.name}).`
      : `${out.style('green', '✓')} ${nameOf(account)} is forgotten here; the app's access at ${target.name} stays.`,
  )
}

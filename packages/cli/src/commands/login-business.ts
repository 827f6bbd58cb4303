/** `login --business`: a TikTok account agrees to a business app. */
import { accountScopes } from '@tockwork/contracts/business'
import { UsageError } from '@tockwork/kernel'
import { chooseBusinessTarget, openBusiness } from '../business/business-session.ts'
import type { Context } from '../context.ts'
import { type Account, keepAccount, nameOf } from '../state/accounts.ts'
import { headless, inBrowser, type LoginOptions } from './login.ts'

const DEFAULT_SCOPES = [
  'user.info.basic',
  'user.info.username',
  'user.info.profile',
  'user.info.stats',
  'user.account.type',
  'user.insights',
  'video.list',
  'video.insights',
  'comment.list',
  'comment.list.manage',
]

export async function loginBusiness(context: Context, options: LoginOptions): Promise<void> {
  const { out, clock, signal } = context
  const scopes = readScopes(options.scopes)
  const target = await chooseBusinessTarget(context)
  const business = openBusiness(context, target)
  const { started, callback } =
    options.user === undefined
      ? await inBrowser(context, target, business.auth, scopes, options)
      : await headless(context, target, business.auth, scopes, { ...options, user: options.user })
  const grant = await business.auth.finish(callback, started, { signal })
  const fields = grant.scopes.includes('user.info.username')
    ? (['display_name', 'username'] as const)
    : (['display_name'] as const)
  const profile: { display_name?: string; username?: string } = await business
    .as(grant.openId)
    .profile(fields, { signal })
  const account: Account = {
    openId: grant.openId,
    clientKey: target.app.clientKey,
    ...(profile.display_name === undefined ? {} : { displayName: profile.display_name }),
    ...(profile.username === undefined ? {} : { username: profile.username }),
    scopes: [...grant.scopes],
    loggedInAt: new Date(clock.now()).toISOString(),
  }
  await keepAccount(target, account)
  out.result(
    {
      target: target.origin ?? 'tiktok',
      app: target.app.clientKey,
      open_id: account.openId,
      username: account.username ?? null,
      display_name: account.displayName ?? null,
      scopes: grant.scopes,
      missing_scopes: grant.missingScopes,
      expires_at: new Date(grant.expiresAt).toISOString(),
    },
    [
      `${out.style('green', '✓')} Connected ${out.style('bold', nameOf(account))} to the business app ${target.app.clientKey} (${target.name}).`,
      `  Scopes: ${grant.scopes.join(', ')}`,
    ],
  )
}

function readScopes(given: string | undefined): string[] {
  if (given === undefined) return DEFAULT_SCOPES
  const asked = [...new Set(['user.info.basic', ...given.split(',').map((scope) => scope.trim())])].filter(
    Boolean,
  )
  const unknown = asked.find((scope) => !Object.hasOwn(accountScopes, scope))
  if (unknown === undefined) return asked
  throw new UsageError(`${unknown} is no scope of TikTok API for Business.`, {
    field: '--scopes',
    action: `There are: ${Object.keys(accountScopes).join(', ')}.`,
  })
}

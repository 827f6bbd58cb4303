/** `login --business`: a TikTok account agrees to a business app. */
import { accountScopes } from '@tockwork/contracts/business'
import { chooseBusinessTarget, openBusiness } from '../business/business-session.ts'
import type { Context } from '../context.ts'
import { headless, inBrowser, keepLogin, type LoginOptions, readScopes } from './login.ts'

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
  const { signal } = context
  const known = Object.keys(accountScopes)
  const scopes = readScopes(options.scopes, { usual: DEFAULT_SCOPES, known, of: 'TikTok API for Business' })
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
  const who = {
    ...(profile.display_name === undefined ? {} : { displayName: profile.display_name }),
    ...(profile.username === undefined ? {} : { username: profile.username }),
  }
  await keepLogin(context, target, grant, who, (name) => `Connected ${name} to the business app`)
}

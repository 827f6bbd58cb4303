/** Which TikTok API for Business a command talks to, as which app, and as which account. */
import { join } from 'node:path'
import { Secret, UsageError } from '@tockwork/kernel'
import { type BusinessAccount, TikTokBusiness } from '@tockwork/sdk/business'
import { FileTokenStore } from '@tockwork/sdk/node'
import type { Context } from '../context.ts'
import { findAccount, tokenFolder } from '../state/accounts.ts'
import { findEmulator } from '../state/running-emulator.ts'
import { folderOf, type Target } from '../target.ts'

/** The business app of the emulator's default world; none of it is a secret. */
const demo = { id: '7000000000000000001', secret: 'tw-business-secret' }

/**
 * `TOCKWORK_TIKTOK_ORIGIN`, else the real one when there is an app for it, else the emulator that runs here. Accounts and
 * tokens lie apart from those of TikTok for Developers: the same person has another id here.
 * @throws {UsageError} when there is none
 */
export async function chooseBusinessTarget(context: Context): Promise<Target> {
  const { config } = context
  const read = (name: string): string | undefined => config.environment[name]?.trim() || undefined
  const id = read('TIKTOK_BUSINESS_APP_ID')
  const origin = config.tiktokOrigin ?? (id === undefined ? await findEmulator(context) : undefined)
  if (origin === undefined && id === undefined)
    throw new UsageError(
      'There is no TikTok API for Business to talk to: no emulator answers here, and TIKTOK_BUSINESS_APP_ID is not set.',
      {
        code: 'no_target',
        action:
          'Start the emulator with `npx tockwork dev` in another terminal, or set TIKTOK_BUSINESS_APP_ID and TIKTOK_BUSINESS_SECRET for the real one.',
      },
    )
  const isDemo = origin !== undefined && (id === undefined || id === demo.id)
  const secret = read('TIKTOK_BUSINESS_SECRET') ?? (isDemo ? demo.secret : undefined)
  return {
    origin,
    name: origin === undefined ? 'TikTok API for Business' : `emulator at ${origin}`,
    folder: join(folderOf(context, origin), 'business'),
    app: { clientKey: id ?? demo.id, clientSecret: secret === undefined ? undefined : new Secret(secret) },
  }
}

export function openBusiness({ clock, random, out }: Context, target: Target): TikTokBusiness {
  return new TikTokBusiness({
    appId: target.app.clientKey,
    appSecret: target.app.clientSecret,
    origin: target.origin,
    tokens: new FileTokenStore(tokenFolder(target)),
    clock,
    random,
    ...(out.verbose ? { onEvent: (event) => out.detail(JSON.stringify(event)) } : {}),
  })
}

/** With `TIKTOK_BUSINESS_ACCESS_TOKEN` whoever it belongs to, else a connected account. */
export async function openBusinessAccount(context: Context, as?: string): Promise<BusinessAccount> {
  const target = await chooseBusinessTarget(context)
  const business = openBusiness(context, target)
  const token = context.config.environment.TIKTOK_BUSINESS_ACCESS_TOKEN?.trim()
  if (token !== undefined && token !== '') return business.withToken(token, { signal: context.signal })
  return business.as((await findAccount(target, as)).openId)
}

/** A client for the chosen target, and the account that a command acts as. */
import { type Creator, TikTok } from '@tockwork/sdk'
import { FileTokenStore } from '@tockwork/sdk/node'
import type { Context } from './context.ts'
import { type Account, findAccount, tokenFolder } from './state/accounts.ts'
import { chooseTarget, secretOf, type Target, withApp } from './target.ts'

export interface Session {
  target: Target
  tiktok: TikTok
  account: Account
  creator: Creator
}

/** @param as username, display name or open_id; the default account without it. */
export async function openSession(context: Context, as?: string): Promise<Session> {
  const chosen = await chooseTarget(context)
  const account = await findAccount(chosen, as)
  const target = withApp(context, chosen, account.clientKey)
  const tiktok = await connect(context, target)
  return { target, tiktok, account, creator: tiktok.as(account.openId) }
}

export async function connect(context: Context, target: Target): Promise<TikTok> {
  const { clock, random, out } = context
  return new TikTok({
    clientKey: target.app.clientKey,
    clientSecret: await secretOf(context, target),
    origin: target.origin,
    tokens: new FileTokenStore(tokenFolder(target)),
    clock,
    random,
    ...(out.verbose ? { onEvent: (event) => out.detail(JSON.stringify(event)) } : {}),
  })
}

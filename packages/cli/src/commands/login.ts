/** `login`: the creator agrees in a browser (or, with `--user`, in the emulator), and the tokens are kept here. */
import { scopes as scopeCatalogue } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import type { Grant, StartedLogin, TikTok } from '@tockwork/sdk'
import type { Context } from '../context.ts'
import { Control } from '../control.ts'
import { LoopbackReceiver } from '../loopback-receiver.ts'
import { openBrowser } from '../open-browser.ts'
import { connect } from '../session.ts'
import { type Account, keepAccount, nameOf } from '../state/accounts.ts'
import { chooseTarget, isLocal, type Target } from '../target.ts'

export interface LoginOptions {
  scopes?: string
  app?: string
  user?: string
  deny?: string[]
  browser?: boolean
  redirectUri?: string
  timeout?: string
  /** To an app of TikTok API for Business. */
  business?: boolean
}

const DEFAULT_SCOPES = [
  'user.info.basic',
  'user.info.profile',
  'user.info.stats',
  'video.list',
  'video.publish',
  'video.upload',
]

export async function login(context: Context, options: LoginOptions): Promise<void> {
  if (options.business === true) return (await import('./login-business.ts')).loginBusiness(context, options)
  const known = Object.entries(scopeCatalogue).flatMap(([name, { token }]) =>
    token === 'user' ? [name] : [],
  )
  const scopes = readScopes(options.scopes, { usual: DEFAULT_SCOPES, known, of: 'TikTok' })
  const target = await chooseTarget(context, options.app)
  if (options.user === undefined && options.deny !== undefined) {
    throw new UsageError('--deny goes with --user only; in a browser the creator unticks scopes.', {
      field: '--deny',
    })
  }
  const tiktok = await connect(context, target)
  const { started, callback } =
    options.user === undefined
      ? await inBrowser(context, target, tiktok.auth, scopes, options)
      : await headless(context, target, tiktok.auth, scopes, { ...options, user: options.user })
  const grant = await tiktok.auth.finish(callback, started, { signal: context.signal })
  const who = await profile(tiktok, grant.openId, grant.scopes, context.signal)
  await keepLogin(context, target, grant, who, (name) => `Logged in as ${name} with the app`)
}

/** Remembers who agreed to what, and says so. `headline` stands before the app. */
export async function keepLogin(
  { out, clock }: Context,
  target: Target,
  grant: Pick<Grant, 'openId' | 'scopes' | 'missingScopes' | 'expiresAt'>,
  who: Pick<Account, 'displayName' | 'username'>,
  headline: (name: string) => string,
): Promise<void> {
  const { clientKey } = target.app
  const account: Account = {
    openId: grant.openId,
    clientKey,
    ...who,
    scopes: [...grant.scopes],
    loggedInAt: new Date(clock.now()).toISOString(),
  }
  await keepAccount(target, account)
  out.result(
    {
      target: target.origin ?? 'tiktok',
      app: clientKey,
      open_id: account.openId,
      username: account.username ?? null,
      display_name: account.displayName ?? null,
      scopes: grant.scopes,
      missing_scopes: grant.missingScopes,
      expires_at: new Date(grant.expiresAt).toISOString(),
    },
    [
      `${out.style('green', '✓')} ${headline(out.style('bold', nameOf(account)))} ${clientKey} (${target.name}).`,
      `  Scopes: ${grant.scopes.join(', ')}`,
      ...(grant.missingScopes.length === 0
        ? []
        : [
            `  ${out.style('yellow', 'Not granted')}: ${grant.missingScopes.join(', ')}; commands that need them will say so.`,
          ]),
    ],
  )
}

/** Scopes as they are typed, with the one that every login has. @throws {UsageError} for one that is none of `of` */
export function readScopes(
  given: string | undefined,
  { usual, known, of }: { usual: readonly string[]; known: readonly string[]; of: string },
): readonly string[] {
  if (given === undefined) return usual
  const asked = [...new Set(['user.info.basic', ...given.split(',').map((scope) => scope.trim())])].filter(
    Boolean,
  )
  const unknown = asked.find((scope) => !known.includes(scope))
  if (unknown === undefined) return asked
  throw new UsageError(`${unknown} is no scope of ${of}.`, {
    field: '--scopes',
    action: `There are: ${known.join(', ')}.`,
  })
}

/** What begins a consent, of either platform. */
interface Consent {
  start(options: { scopes: readonly string[]; redirectUri: string }): Promise<StartedLogin>
}

interface Answered {
  started: StartedLogin
  callback: string
}

export async function headless(
  context: Context,
  target: Target,
  consent: Consent,
  scopes: readonly string[],
  options: LoginOptions & { user: string },
): Promise<Answered> {
  if (target.origin === undefined) {
    throw new UsageError('--user works with the emulator only; TikTok wants the creator in a browser.', {
      field: '--user',
    })
  }
  // Nothing listens there: the control API hands the redirect over itself.
  const redirectUri = options.redirectUri ?? 'http://localhost:4848/callback'
  const started = await consent.start({ scopes, redirectUri })
  const answer = (await new Control(context, target.origin).send('POST', 'authorize', {
    authorize_url: started.url,
    user: options.user.replace(/^@/, ''),
    ...(options.deny === undefined ? {} : { deny_scopes: options.deny.flatMap((scope) => scope.split(',')) }),
  })) as { redirect_url: string }
  return { started, callback: answer.redirect_url }
}

export async function inBrowser(
  context: Context,
  target: Target,
  consent: Consent,
  scopes: readonly string[],
  options: LoginOptions,
): Promise<Answered> {
  const { out, signal } = context
  const seconds = Number(options.timeout ?? 300)
  if (!(seconds > 0 && seconds <= 3600)) {
    throw new UsageError(`--timeout is ${options.timeout}; 1 to 3600 seconds are possible.`, {
      field: '--timeout',
    })
  }
  const receiver = await LoopbackReceiver.listen(options.redirectUri)
  try {
    const started = await consent.start({ scopes, redirectUri: receiver.redirectUri })
    out.note(`Logging in at ${target.name} with the app ${target.app.clientKey}.`)
    const opened = options.browser !== false && !out.json && (await openBrowser(started.url))
    out.note(
      opened
        ? 'A browser opens; if it does not, open this address yourself:'
        : 'Open this address in a browser:',
    )
    // Also with --json: without the address nobody can go on.
    out.stderr.write(`\n  ${started.url}\n\n`)
    if (isLocal(target.origin))
      out.note(out.style('dim', 'Without a browser: npx tockwork login --user mika'))
    out.note(`Waiting ${seconds} s for the answer (Ctrl-C gives up) …`)
    const callback = await receiver.answer(started.state, { seconds, signal })
    return { started, callback }
  } finally {
    await receiver.close()
  }
}

async function profile(
  tiktok: TikTok,
  openId: string,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<{ displayName?: string; username?: string }> {
  const fields = scopes.includes('user.info.profile')
    ? (['display_name', 'username'] as const)
    : (['display_name'] as const)
  const user: { display_name?: string; username?: string } = await tiktok
    .as(openId)
    .user.info(fields, { signal })
  return {
    ...(user.display_name === undefined ? {} : { displayName: user.display_name }),
    ...(user.username === undefined ? {} : { username: user.username }),
  }
}

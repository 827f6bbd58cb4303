/** Which TikTok a command talks to, and as which app. */
import { join } from 'node:path'
import { Secret, UsageError } from '@tockwork/kernel'
import type { Context } from './context.ts'
import { Control } from './control.ts'
import { findEmulator } from './state/running-emulator.ts'

/** Apps of the emulator's default world whose secrets are no secrets; the names are fixed. */
const demoSecrets: Readonly<Record<string, string>> = {
  'tw-demo-app': 'tw-demo-secret',
  'tw-unaudited-app': 'tw-unaudited-secret',
  'tw-research-app': 'tw-research-secret',
}
const demoApp = 'tw-demo-app'

export interface Target {
  /** Absent: the real TikTok. */
  origin: string | undefined
  /** For a person: `emulator at http://localhost:4646` or `TikTok`. */
  name: string
  /** Where accounts and posts of this target are kept. */
  folder: string
  app: App
}

export interface App {
  clientKey: string
  clientSecret: Secret | undefined
}

/**
 * `TOCKWORK_TIKTOK_ORIGIN`, else the real TikTok when there are credentials for it, else the emulator that runs here.
 * @param app client key to act as; without it the environment's, or the demo app of an emulator.
 * @throws {UsageError} with the choices when there is none.
 */
export async function chooseTarget(context: Context, app?: string): Promise<Target> {
  const { config } = context
  if (config.tiktokOrigin !== undefined) {
    return target(context, config.tiktokOrigin, app ?? config.clientKey ?? demoApp)
  }
  if (config.clientKey !== undefined) return target(context, undefined, app ?? config.clientKey)
  const origin = await findEmulator(context)
  if (origin !== undefined) return target(context, origin, app ?? demoApp)
  throw new UsageError(
    'There is no TikTok to talk to: no emulator answers here, and TIKTOK_CLIENT_KEY is not set.',
    {
      code: 'no_target',
      action:
        'Start the emulator with `npx tockwork dev` in another terminal, or name one in TOCKWORK_TIKTOK_ORIGIN, or set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET for the real TikTok.',
    },
  )
}

/** The origin of the emulator in use, for commands that only an emulator has. */
export async function emulatorOrigin(context: Context): Promise<string> {
  const origin = context.config.tiktokOrigin ?? (await findEmulator(context))
  if (origin !== undefined) return origin
  throw new UsageError('No emulator answers here.', {
    code: 'no_emulator',
    action: 'Start it with `npx tockwork dev` in another terminal, or name one in TOCKWORK_TIKTOK_ORIGIN.',
  })
}

/** Whether a target is known to be an emulator of this machine, whose control API may be used. */
export function isLocal(origin: string | undefined): origin is string {
  return origin !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname)
}

/** The same target as another app. */
export function withApp(context: Context, from: Target, clientKey: string): Target {
  return clientKey === from.app.clientKey ? from : target(context, from.origin, clientKey)
}

/** Where what belongs to a TikTok is kept. */
export function folderOf({ config }: Context, origin: string | undefined): string {
  // The world of an emulator on this machine stays the same when its port changes, and so do its accounts.
  const slug =
    origin === undefined ? 'tiktok' : isLocal(origin) ? 'emulator' : new URL(origin).host.replace(/\W+/g, '-')
  return join(config.dataDir, 'cli', slug)
}

function target(context: Context, origin: string | undefined, clientKey: string): Target {
  const { config } = context
  const own =
    config.clientKey === clientKey || config.clientKey === undefined ? config.clientSecret : undefined
  const demo = origin === undefined ? undefined : demoSecrets[clientKey]
  const clientSecret = demo === undefined ? own : new Secret(demo)
  return {
    origin,
    name: origin === undefined ? 'TikTok' : `emulator at ${origin}`,
    folder: folderOf(context, origin),
    app: { clientKey, clientSecret },
  }
}

/** The secret of the target's app; an emulator on this machine is asked for those of its own apps. */
export async function secretOf(context: Context, { app, origin }: Target): Promise<Secret> {
  if (app.clientSecret !== undefined) return app.clientSecret
  if (isLocal(origin)) {
    const path = `apps/${encodeURIComponent(app.clientKey)}/secret`
    const answer = (await new Control(context, origin).send('GET', path)) as { client_secret: string }
    return new Secret(answer.client_secret)
  }
  throw new UsageError(`The secret of the app ${app.clientKey} is not known.`, {
    code: 'no_client_secret',
    field: 'TIKTOK_CLIENT_SECRET',
    action:
      'Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET; both are in the developer portal under your app.',
  })
}

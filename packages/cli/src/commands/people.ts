/** `people reset`: for whoever is locked out of the dashboard, and has the machine. */
import { UsageError } from '@tockwork/kernel'
import type { Context } from '../context.ts'
import { hubConfig } from './database.ts'
import { hubTrouble } from './hub-trouble.ts'

/** Prints the link alone on standard output. It is a secret until it is used: nothing else shows it. */
export async function resetPassword(context: Context, login: string): Promise<void> {
  const { passwordLinkFor } = await import('@tockwork/hub')
  const { clock, random, out } = context
  const made = await hubTrouble(async () => {
    const config = await hubConfig(context)
    if (config.port === 0 && config.publicUrl === undefined)
      throw new UsageError('TOCKWORK_HUB_PORT is 0: say where the hub is with TOCKWORK_PUBLIC_URL.', {
        field: 'TOCKWORK_PUBLIC_URL',
      })
    return await passwordLinkFor(config, login, { clock, random })
  })
  if ('logins' in made) {
    const known =
      made.logins.length === 0 ? 'Nobody has an account yet.' : `There is ${made.logins.join(', ')}.`
    throw new UsageError(`Nobody signs in as "${login}". ${known}`, { field: 'login' })
  }
  const url = made.link.reveal()
  out.item({ url, expires_at: new Date(made.expiresAt).toISOString() }, url)
  out.note(`Good once, until ${new Date(made.expiresAt).toISOString()}.`)
}

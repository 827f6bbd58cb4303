/** `serve`: the hub by itself; and the hub that `dev` starts beside the emulator. */
import { existsSync } from 'node:fs'
import type { Hub } from '@tockwork/hub'
import type { Context } from '../context.ts'
import { stopped } from './emulate.ts'
import { hubTrouble } from './hub-trouble.ts'

/** The hub beside an emulator, or why it is not there. */
export interface HubAttempt {
  running: Hub | undefined
  problem: string | undefined
}

/** `tockwork serve` */
export async function serve(context: Context): Promise<void> {
  const { out, signal } = context
  const hub = await startHubHere(context, {})
  const { url, adminKeyFile, ownerLink } = hub
  out.item(
    {
      hub: url,
      api: `${url}/v1`,
      openapi: `${url}/openapi.json`,
      api_key_file: adminKeyFile,
      ...linkFact(hub),
    },
    // With several processes on one database, the one that made the key has the file.
    `Hub at ${url}${existsSync(adminKeyFile) ? `; its first API key lies in ${adminKeyFile}` : ''}. Ctrl-C stops it.`,
  )
  if (ownerLink !== undefined && !out.json)
    out.stdout.write(
      `The dashboard has no owner yet. This link makes the account, once: ${ownerLink.reveal()}\n`,
    )
  await stopped(signal)
  await hub.close()
}

/** The emulator is worth having without the hub, so a hub that does not start is told and not fatal. */
export async function tryHub(context: Context, tiktokOrigin: string): Promise<HubAttempt> {
  try {
    const { TOCKWORK_LOG_LEVEL, TOCKWORK_WEBHOOKS_TO_LOOPBACK } = context.config.environment
    const running = await startHubHere(context, {
      TOCKWORK_TIKTOK_ORIGIN: tiktokOrigin,
      TOCKWORK_LOG_LEVEL: TOCKWORK_LOG_LEVEL ?? 'warn',
      // Whoever tries webhooks on a laptop receives them there, too.
      TOCKWORK_WEBHOOKS_TO_LOOPBACK: TOCKWORK_WEBHOOKS_TO_LOOPBACK ?? 'true',
    })
    return { running, problem: undefined }
  } catch (error) {
    return { running: undefined, problem: (error as Error).message }
  }
}

export function hubFacts(hub: HubAttempt | undefined): Record<string, unknown> {
  if (hub === undefined) return {}
  if (hub.running === undefined) return { hub: null, hub_problem: hub.problem }
  return { hub: hub.running.url, api_key_file: hub.running.adminKeyFile, ...linkFact(hub.running) }
}

/** While nobody has an account for the dashboard. Whoever reads the output of the start is whom it is for. */
function linkFact({ ownerLink }: Hub): Record<string, string> {
  return ownerLink === undefined ? {} : { owner_link: ownerLink.reveal() }
}

export function hubLines({ out }: Context, hub: HubAttempt | undefined): string[] {
  if (hub === undefined) return []
  const title = out.style('bold', 'The hub')
  if (hub.running === undefined) return [`${title}     did not start: ${hub.problem}`, '']
  const { url, adminKeyFile, ownerLink } = hub.running
  const dim = (text: string): string => out.style('dim', text)
  return [
    `${title}     ${url} ${dim('(tokens, consent and publishing as a service; on the emulator above)')}`,
    ownerLink === undefined
      ? `  Dashboard  ${url}`
      : `  Dashboard  ${ownerLink.reveal()}  ${dim('(once: makes your account)')}`,
    `  API        ${url}/openapi.json`,
    `  API key    ${adminKeyFile}`,
    `  Try        curl -H "Authorization: Bearer $(cat ${adminKeyFile})" ${url}/v1/apps`,
    '',
  ]
}

/** Its environment is the program's own, changed by what the command knows better. */
async function startHubHere(context: Context, changes: Readonly<Record<string, string>>): Promise<Hub> {
  const { clock, random, fetch, config, cwd, out } = context
  const [{ parseConfig, startHub }, { openDashboard }] = await Promise.all([
    import('@tockwork/hub'),
    import('@tockwork/dashboard'),
  ])
  return hubTrouble(async () => {
    const hubConfig = parseConfig({ ...config.environment, ...changes }, { cwd })
    const dashboard = openDashboard({ say: (line) => out.note(line) })
    context.signal.addEventListener('abort', dashboard.close, { once: true })
    return startHub(
      { ...hubConfig, dataDir: config.dataDir },
      { clock, random, fetch, logTo: out.stderr, dashboard },
    )
  })
}

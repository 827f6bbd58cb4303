/** What the hub knows that the packet tells. */
import { UsageError } from '@tockwork/kernel'
import type { HubLink } from '../assistant/hub-link.ts'

export interface HubAudit {
  origin: string
  app: { id: string; name: string; client_key: string; environment: string; audited: boolean }
  accounts: { id: string; status: string; scopes: string[]; missing_scopes: string[] }[]
  /** Endpoints that were called, by the rate windows that they used. */
  called: string[]
  erasures: { at: string; subject: string | null; detail: Record<string, unknown> }[]
}

type Page<T> = { data: T[]; next_cursor: string | null }
const MOST_PAGES = 100

/**
 * @param appId which app, where the hub has several.
 * @throws {UsageError} when the hub has no such app, or several and none was named.
 */
export async function readHubAudit(
  link: Extract<HubLink, { client: unknown }>,
  appId: string | undefined,
): Promise<HubAudit> {
  const { client, origin } = link
  const apps = ((await client.apps.list({ query: { limit: 100 } })) as Page<HubAudit['app']>).data
  const app = appId === undefined && apps.length === 1 ? apps[0] : apps.find(({ id }) => id === appId)
  if (app === undefined)
    throw new UsageError(appId === undefined ? 'The hub has several apps.' : `The hub has no app ${appId}.`, {
      field: '--app',
      action: `Name one of ${apps.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
    })
  const accounts = await all<HubAudit['accounts'][number]>(
    (cursor) =>
      client.connectedAccounts.list({ query: { app_id: app.id, limit: 100, ...cursor } }) as Promise<
        Page<HubAudit['accounts'][number]>
      >,
  )
  const windows = await all<{ endpoint: string; app_id: string }>(
    (cursor) =>
      client.limits.list({ query: { limit: 100, ...cursor } }) as Promise<
        Page<{ endpoint: string; app_id: string }>
      >,
  )
  const log = (await client.auditLog.list({
    query: { action: 'account.erase', limit: 100 },
  })) as Page<HubAudit['erasures'][number]>
  return {
    origin,
    app,
    accounts,
    called: [...new Set(windows.filter(({ app_id }) => app_id === app.id).map(({ endpoint }) => endpoint))],
    erasures: log.data,
  }
}

async function all<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = []
  let cursor: string | null = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Page<T> = await read(cursor === null ? {} : { cursor })
    found.push(...answer.data)
    cursor = answer.next_cursor
    if (cursor === null) break
  }
  return found
}

/** The hub of this installation, where one answers. */
import { join } from 'node:path'
import { createHubClient, type HubClient } from '@tockwork/api'
import { Secret } from '@tockwork/kernel'
import type { Context } from '../context.ts'
import { readIfThere } from '../state/private-file.ts'
import { isLocal } from '../target.ts'

export type HubLink =
  | { origin: string; client: HubClient; apiKey: Secret; date: string | undefined }
  | { problem: string }

type Needs = Pick<Context, 'config' | 'fetch' | 'clock' | 'random'>

const HEALTH_MS = 1500

/**
 * `TOCKWORK_HUB_URL`, else the usual port of this machine. The key is `TOCKWORK_API_KEY`, else the first key of the
 * data folder; it is sent to this machine or over https alone.
 */
export async function findHub({ config, fetch, clock, random }: Needs): Promise<HubLink> {
  const { TOCKWORK_HUB_URL, TOCKWORK_HUB_PORT, TOCKWORK_API_KEY } = config.environment
  const port = TOCKWORK_HUB_PORT?.trim() || '4848'
  const given = TOCKWORK_HUB_URL?.trim() || (port === '0' ? undefined : `http://127.0.0.1:${port}`)
  if (given === undefined) return { problem: 'TOCKWORK_HUB_PORT is 0, and TOCKWORK_HUB_URL names no hub.' }
  if (!URL.canParse(given)) return { problem: 'TOCKWORK_HUB_URL is no address.' }
  const { origin, protocol } = new URL(given)
  if (protocol !== 'https:' && !isLocal(origin))
    return { problem: `TOCKWORK_HUB_URL is ${origin}: a key is not sent to another machine without https.` }
  const date = await probe(fetch, origin)
  if (date === undefined) return { problem: `No hub answers at ${origin}.` }
  const key = TOCKWORK_API_KEY?.trim() || (await readIfThere(join(config.dataDir, 'admin.key')))?.trim()
  if (!key) return { problem: `A hub answers at ${origin}, but there is no key: set TOCKWORK_API_KEY.` }
  const apiKey = new Secret(key)
  const client = createHubClient({ origin, apiKey, fetch, clock, random, attempts: 2 })
  return { origin, client, apiKey, date: date ?? undefined }
}

/** The answer's `Date`, null without one, or undefined when it is no hub. */
async function probe(fetch: Context['fetch'], origin: string): Promise<string | null | undefined> {
  try {
    const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(HEALTH_MS) })
    const health = (await answer.json()) as { status?: unknown }
    return answer.ok && health.status === 'ok' ? answer.headers.get('date') : undefined
  } catch {
    return undefined
  }
}

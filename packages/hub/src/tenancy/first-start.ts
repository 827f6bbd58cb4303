import { writeFile } from 'node:fs/promises'
import { API_SCOPES } from '@tockwork/api'
import { type Clock, type Random, Secret } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { Log } from '../observability/log.ts'
import type { Database } from '../storage/database.ts'
import { firstWorkspaceId, hasApps, once } from '../storage/first-start.ts'
import { insertWorkspace } from '../storage/workspaces.ts'
import type { ApiKeys } from './api-keys.ts'
import type { Apps } from './apps.ts'

export interface FirstStartParts {
  db: Database
  clock: Clock
  random: Random
  log: Log
  apiKeys: ApiKeys
  apps: Apps
  /** Gets the first API key, mode 0600. */
  keyFile: string
}

const ACTOR = 'hub'

/**
 * A new installation gets a workspace `default` and an API key that may do everything, written to a file that only its
 * user can read. Several processes that start at once make one.
 * @returns the key when it was made now; it is stored nowhere else.
 */
export async function makeFirstWorkspace(parts: FirstStartParts): Promise<Secret | undefined> {
  const { db, clock, random, apiKeys, keyFile, log } = parts
  return await once(db, async (tx) => {
    if ((await firstWorkspaceId(tx)) !== undefined) return undefined
    const workspace = { id: newId('ws', clock, random), name: 'default', createdAt: clock.now() }
    await insertWorkspace(tx, workspace)
    const wish = { name: 'first key', mode: 'live', scopes: API_SCOPES } as const
    const { secret } = await apiKeys.create(tx, workspace.id, wish, ACTOR)
    // Before the commit: a key without a file could never be had again; a file without its key is written over.
    await writeFile(keyFile, `${secret.reveal()}\n`, { mode: 0o600 })
    log.info({ workspace: workspace.id, file: keyFile }, 'Made the first workspace and its API key')
    return secret
  })
}

/** The emulator's app that is audited and has every scope; its credentials are public knowledge. */
const DEMO_APP = { clientKey: 'tw-demo-app', clientSecret: 'tw-demo-secret' }

/** Where an emulator stands in for TikTok, the first workspace starts with its demo app, so that one can connect at once. */
export async function addDemoApp(parts: FirstStartParts): Promise<void> {
  const { db, apps } = parts
  const workspaceId = await firstWorkspaceId(db)
  if (workspaceId === undefined || (await hasApps(db, workspaceId))) return
  const app = {
    name: 'Demo app',
    environment: 'production',
    clientKey: DEMO_APP.clientKey,
    clientSecret: new Secret(DEMO_APP.clientSecret),
    audited: true,
  } as const
  // Another process may have been quicker: then it is there, which is all that is wanted.
  await apps.create(workspaceId, app, ACTOR).catch((error: unknown) => {
    if (Reflect.get(Object(error), 'code') !== 'conflict') throw error
  })
}

/** Whether an emulator answers at this origin. */
export async function isEmulator(origin: string, request: typeof fetch): Promise<boolean> {
  try {
    const answer = await request(`${origin}/_emulator/health`, { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

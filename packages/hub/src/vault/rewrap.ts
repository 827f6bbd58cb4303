/** Seals everything anew after the master key was changed, in small transactions beside the running hub. */
import { lockAppsToRewrap, updateApp } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import { lockTokensToRewrap, replaceEnvelopes } from '../storage/token-vault.ts'
import { appSecretPlace } from '../tokens/platforms.ts'
import { tokenPlace } from '../tokens/token-seal.ts'
import type { Vault } from './sealing.ts'

const BATCH = 500

/**
 * Wraps every long-lived envelope under the current master key; rows are found by index. When it resolves, older keys
 * are needed for what lives a day at most (answers kept for idempotency, logins and uploads under way).
 * Safe to run in several processes, to stop, and to repeat.
 */
export async function rewrapAll(
  db: Database,
  vault: Vault,
  options: { batch?: number; signal?: AbortSignal } = {},
): Promise<{ tokens: number; apps: number }> {
  const { batch = BATCH, signal } = options
  const done = { tokens: 0, apps: 0 }
  const keyVersion = await vault.keyVersion()
  while (signal?.aborted !== true) {
    const rewrapped = await db.transaction().execute(async (tx) => {
      const rows = await lockTokensToRewrap(tx, keyVersion, batch)
      const envelopes = await Promise.all(
        rows.map(async ({ workspaceId, accountId, generation, sealed }) => ({
          accountId,
          sealed: (await vault.rewrap(sealed, tokenPlace(workspaceId, accountId, generation))) ?? sealed,
        })),
      )
      await replaceEnvelopes(tx, envelopes, keyVersion)
      return rows.length
    })
    done.tokens += rewrapped
    if (rewrapped < batch) break
  }
  while (signal?.aborted !== true) {
    const rewrapped = await db.transaction().execute(async (tx) => {
      const apps = await lockAppsToRewrap(tx, keyVersion, batch)
      for (const { workspaceId, id, secretSealed } of apps) {
        const sealed = (await vault.rewrap(secretSealed, appSecretPlace(workspaceId, id))) ?? secretSealed
        await updateApp(tx, workspaceId, id, { secret: { sealed, keyVersion } })
      }
      return apps.length
    })
    done.apps += rewrapped
    if (rewrapped < batch) break
  }
  return done
}

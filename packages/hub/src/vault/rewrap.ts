/** Seals everything anew after the master key was changed, in small transactions beside the running hub. */
import { TockworkError } from '@tockwork/kernel'
import { lockAppsToRewrap, updateApp } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import { lockTokensToRewrap, replaceEnvelopes } from '../storage/token-vault.ts'
import { appSecretPlace } from '../tokens/platforms.ts'
import { tokenPlace } from '../tokens/token-seal.ts'
import type { SealPlace, Vault } from './sealing.ts'

const BATCH = 500

/**
 * Wraps every long-lived envelope under the current master key; rows are found by index. When it resolves, older keys
 * are needed for what lives a day at most (answers kept for idempotency, logins and uploads under way).
 * Safe to run in several processes, to stop, and to repeat. `failed` counts rows that do not open: they stay as they are.
 */
export async function rewrapAll(
  db: Database,
  vault: Vault,
  options: { batch?: number; signal?: AbortSignal } = {},
): Promise<{ tokens: number; apps: number; failed: number }> {
  const { batch = BATCH, signal } = options
  const done = { tokens: 0, apps: 0, failed: 0 }
  let failedApps = 0
  const keyVersion = await vault.keyVersion()
  while (signal?.aborted !== true) {
    const step = await db.transaction().execute(async (tx) => {
      const rows = await lockTokensToRewrap(tx, keyVersion, batch)
      const envelopes = await Promise.all(
        rows.map(async ({ workspaceId, accountId, generation, sealed }) => {
          const place = tokenPlace(workspaceId, accountId, generation)
          const renewed = await rewrapped(vault, sealed, place)
          return renewed === undefined ? [] : [{ accountId, sealed: renewed }]
        }),
      )
      const renewed = envelopes.flat()
      await replaceEnvelopes(tx, renewed, keyVersion)
      return { found: rows.length, renewed: renewed.length }
    })
    done.tokens += step.renewed
    done.failed = step.found - step.renewed
    // What does not open is found again and again; a batch of nothing else ends it.
    if (step.found < batch || step.renewed === 0) break
  }
  while (signal?.aborted !== true) {
    const step = await db.transaction().execute(async (tx) => {
      const apps = await lockAppsToRewrap(tx, keyVersion, batch)
      let renewed = 0
      for (const { workspaceId, id, secretSealed } of apps) {
        const sealed = await rewrapped(vault, secretSealed, appSecretPlace(workspaceId, id))
        if (sealed === undefined) continue
        await updateApp(tx, workspaceId, id, { secret: { sealed, keyVersion } })
        renewed += 1
      }
      return { found: apps.length, renewed }
    })
    done.apps += step.renewed
    failedApps = step.found - step.renewed
    if (step.found < batch || step.renewed === 0) break
  }
  done.failed += failedApps
  return done
}

/** `undefined` when it does not open: one damaged row must not keep the others under the old key. */
async function rewrapped(
  vault: Vault,
  sealed: Uint8Array,
  place: SealPlace,
): Promise<Uint8Array | undefined> {
  try {
    return (await vault.rewrap(sealed, place)) ?? sealed
  } catch (error) {
    if (error instanceof TockworkError) return undefined
    throw error
  }
}

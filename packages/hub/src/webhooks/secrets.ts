/** Signing secrets of endpoints, in the vault. */
import { TockworkError } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
import {
  lockSecretsToRewrap,
  replaceSecretEnvelope,
  type SealedWebhookSecret,
} from '../storage/webhook-endpoints.ts'
import type { SealPlace, Vault } from '../vault/sealing.ts'

const BATCH = 500

/** Where the secret of an endpoint opens. */
export function webhookSecretPlace({
  workspaceId,
  endpointId,
  generation,
}: Pick<SealedWebhookSecret, 'workspaceId' | 'endpointId' | 'generation'>): SealPlace {
  return { workspaceId, ownerId: endpointId, column: 'webhook_secrets.sealed', generation }
}

/** Wraps every secret under the current master key. What does not open stays as it is and is counted. */
export async function rewrapWebhookSecrets(
  db: Database,
  vault: Vault,
  signal?: AbortSignal,
): Promise<{ renewed: number; failed: number }> {
  const keyVersion = await vault.keyVersion()
  const done = { renewed: 0, failed: 0 }
  while (signal?.aborted !== true) {
    const step = await db.transaction().execute(async (tx) => {
      const rows = await lockSecretsToRewrap(tx, keyVersion, BATCH)
      let renewed = 0
      for (const row of rows) {
        const sealed = await rewrapped(vault, row)
        if (sealed === undefined) continue
        await replaceSecretEnvelope(tx, { ...row, sealed }, keyVersion)
        renewed += 1
      }
      return { found: rows.length, renewed }
    })
    done.renewed += step.renewed
    done.failed = step.found - step.renewed
    if (step.found < BATCH || step.renewed === 0) break
  }
  return done
}

async function rewrapped(vault: Vault, row: SealedWebhookSecret): Promise<Uint8Array | undefined> {
  try {
    return (await vault.rewrap(row.sealed, webhookSecretPlace(row))) ?? row.sealed
  } catch (error) {
    if (error instanceof TockworkError) return undefined
    throw error
  }
}

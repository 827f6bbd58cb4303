/** Signing secrets of endpoints, in the vault. */
import type { SealedWebhookSecret } from '../storage/webhook-endpoints.ts'
import type { SealPlace } from '../vault/sealing.ts'

/** Where the secret of an endpoint opens. */
export function webhookSecretPlace({
  workspaceId,
  endpointId,
  generation,
}: Pick<SealedWebhookSecret, 'workspaceId' | 'endpointId' | 'generation'>): SealPlace {
  return { workspaceId, ownerId: endpointId, column: 'webhook_secrets.sealed', generation }
}

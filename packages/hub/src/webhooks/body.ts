import type { WebhookEventType } from '@tockwork/api'
import type { WebhookEvent } from '../storage/webhook-events.ts'

/** The body of a webhook: the same for every try. */
export function bodyOf(event: WebhookEvent) {
  return {
    id: event.id,
    // The table holds what `recordEvent` wrote, which is of the catalogue.
    type: event.type as WebhookEventType,
    timestamp: new Date(event.createdAt).toISOString(),
    workspace_id: event.workspaceId,
    data: event.data,
  }
}

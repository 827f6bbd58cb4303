import { accountDataOperations } from './account-data.ts'
import { accountQueueOperations } from './account-queues.ts'
import { apiKeyOperations } from './api-keys.ts'
import { appOperations } from './apps.ts'
import { assetOperations } from './assets.ts'
import { auditLogOperations } from './audit-log.ts'
import { changeOperations } from './changes.ts'
import { connectSessionOperations } from './connect-sessions.ts'
import { connectedAccountOperations } from './connected-accounts.ts'
import { limitOperations } from './limits.ts'
import { mediaOperations } from './media.ts'
import { peopleOperations } from './people.ts'
import { postOperations } from './posts.ts'
import { publishSessionOperations } from './publish-sessions.ts'
import { shopOperations } from './shops.ts'
import { webhookDeliveryOperations } from './webhook-deliveries.ts'
import { webhookEndpointOperations } from './webhook-endpoints.ts'
import { webhookEventOperations } from './webhook-events.ts'
import { workspaceOperations } from './workspaces.ts'

/** Every operation of the hub's API. Routes, the OpenAPI document and the client are made of this list. */
export const OPERATIONS = [
  ...workspaceOperations,
  ...apiKeyOperations,
  ...appOperations,
  ...connectSessionOperations,
  ...connectedAccountOperations,
  ...accountDataOperations,
  ...postOperations,
  ...publishSessionOperations,
  ...accountQueueOperations,
  ...assetOperations,
  ...mediaOperations,
  ...limitOperations,
  ...changeOperations,
  ...auditLogOperations,
  ...peopleOperations,
  ...shopOperations,
  ...webhookEndpointOperations,
  ...webhookEventOperations,
  ...webhookDeliveryOperations,
] as const

export type Operation = (typeof OPERATIONS)[number]
export type OperationId = Operation['id']

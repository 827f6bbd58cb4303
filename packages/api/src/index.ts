export { accountDataOperations } from './account-data.ts'
export { accountQueueOperations } from './account-queues.ts'
export { OPERATIONS, type Operation, type OperationId } from './all.ts'
export { apiKeyOperations } from './api-keys.ts'
export { appOperations } from './apps.ts'
export { assetOperations } from './assets.ts'
export { auditLogOperations } from './audit-log.ts'
export { changeOperations } from './changes.ts'
export {
  type CallOptions,
  type CallRequest,
  createHubClient,
  type HubClient,
  type HubClientOptions,
} from './client.ts'
export { connectSessionOperations } from './connect-sessions.ts'
export { connectedAccountOperations } from './connected-accounts.ts'
export { OPERATION_GROUPS, type OperationGroup } from './groups.ts'
export { limitOperations } from './limits.ts'
export { mediaOperations } from './media.ts'
export {
  API_SCOPES,
  type ApiScope,
  defineOperation,
  type OperationAnswer,
  type OperationInput,
  type OperationRequest,
  type OperationResult,
  type OperationShape,
  pathParameters,
} from './operation.ts'
export { pageOf, pageQuery } from './page.ts'
export { peopleOperations } from './people.ts'
export { POST_STATES, postOperations } from './posts.ts'
export {
  COMMON_PROBLEMS,
  type CommonCode,
  type FieldError,
  Problem,
  type ProblemDetails,
  type ProblemJson,
  problem,
  problemSchema,
} from './problem.ts'
export { publishSessionOperations } from './publish-sessions.ts'
export { shopOperations } from './shops.ts'
export { webhookDeliveryOperations } from './webhook-deliveries.ts'
export { webhookEndpointOperations } from './webhook-endpoints.ts'
export {
  WEBHOOK_EVENTS,
  type WebhookEventData,
  type WebhookEventType,
  webhookBody,
  webhookEventOperations,
} from './webhook-events.ts'
export { listWorkspaces, workspaceOperations } from './workspaces.ts'

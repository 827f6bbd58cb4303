export {
  expressWebhook,
  type FastifyLike,
  type FastifyReplyLike,
  fastifyWebhook,
  type NodeRequest,
  type NodeResponse,
} from './node-frameworks.ts'
export type { WebhookOptions } from './receive-delivery.ts'
export { type SignatureProblem, type SignedWebhook, signWebhook, WebhookSignatureError } from './signature.ts'
export {
  type KnownWebhookEvent,
  parseWebhook,
  type UnknownWebhookEvent,
  verifyWebhook,
  type WebhookEvent,
} from './webhook-event.ts'
export { type HonoContext, honoWebhook, webhookHandler } from './webhook-handler.ts'

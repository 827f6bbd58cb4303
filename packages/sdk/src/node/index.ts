// Express and Fastify live here and not in the main entry, so that no browser or edge bundle carries them.
export {
  expressWebhook,
  type FastifyLike,
  type FastifyReplyLike,
  fastifyWebhook,
  type NodeRequest,
  type NodeResponse,
} from '../webhooks/index.ts'
export { FileQuotaLedger } from './file-quota.ts'
export { FileShopGrantStore } from './file-shop-grant-store.ts'
export { fileSource } from './file-source.ts'
export { FileTokenStore } from './file-token-store.ts'
export type { FileTokenStoreOptions } from './grant-folder.ts'

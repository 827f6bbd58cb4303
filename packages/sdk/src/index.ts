export {
  AuthError,
  ContractError,
  PlatformError,
  RateLimitError,
  Secret,
  TockworkError,
  TransportError,
  UsageError,
} from '@tockwork/kernel'
export { AppWebhooks } from './app-webhooks.ts'
export { Auth, type ExchangeOptions } from './auth/auth.ts'
export type { ClientToken } from './auth/client-token.ts'
export { type Callback, parseCallback, type StartedLogin, type StartOptions } from './auth/consent.ts'
export { challengeOf } from './auth/pkce.ts'
export type { QrCode, QrStatus } from './auth/qr.ts'
export { type Grant, parseTokenSet, serializeTokenSet, type TokenSet } from './auth/token-set.ts'
export { MemoryTokenStore, type TokenStore } from './auth/token-store.ts'
export type { Caller, CallOptions } from './caller.ts'
export { Creator } from './creator.ts'
export { type User, type UserField, userFields } from './display/user.ts'
export {
  type Video,
  type VideoField,
  VideoList,
  type VideoListOptions,
  type VideoPage,
  videoFields,
} from './display/videos.ts'
export type { OnEvent, TikTokEvent } from './events.ts'
export type { Http, HttpBody, HttpRequest, HttpResponse } from './http.ts'
export type { HttpOptions } from './http-options.ts'
export * from './posts/index.ts'
export * from './sources/index.ts'
export { type AppCallOptions, TikTok, type TikTokOptions } from './tiktok.ts'
export type { LimitOptions } from './transport/dispatcher.ts'
export type { WindowState } from './transport/rate-window.ts'
export * from './upload/index.ts'
export {
  type HonoContext,
  honoWebhook,
  type KnownWebhookEvent,
  parseWebhook,
  type SignatureProblem,
  type SignedWebhook,
  signWebhook,
  type UnknownWebhookEvent,
  verifyWebhook,
  type WebhookEvent,
  type WebhookOptions,
  WebhookSignatureError,
  webhookHandler,
} from './webhooks/index.ts'

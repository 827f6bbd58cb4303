export { BlueskyConnector, type BlueskyParts } from './bluesky/connector.ts'
export {
  type BlueskyClient,
  clientMetadata as blueskyClientMetadata,
  loopbackClientId as blueskyLoopbackClientId,
} from './bluesky/oauth/client-metadata.ts'
export { newKey as newSigningKey } from './bluesky/oauth/keys.ts'
export type {
  AccountCounts,
  AppPassword,
  AudienceShare,
  Authorization,
  CallOptions,
  Capabilities,
  Comment,
  Connector,
  Consent,
  ConsentPage,
  Content,
  ContentCounts,
  ContentMedium,
  ContentPage,
  Grant,
  Income,
  Limit,
  Medium,
  PlatformNews,
  Profile,
  Publication,
  Publishing,
  Reading,
  RefreshModel,
  Standing,
  Webhooks,
} from './connector.ts'
export { fail, type PlatformFailure, type PlatformResult, refuse, succeed } from './outcome.ts'

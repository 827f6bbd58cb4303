export { flatError, standardEnvelope } from './envelope.ts'
export {
  type FailReason,
  failReasons,
  lookUpError,
  type OAuthErrorCode,
  type OpenErrorCode,
  oauthErrors,
  openErrors,
  uploadStatuses,
} from './errors.ts'
export { type MediaProfileName, mediaProfiles } from './media-profiles.ts'
export { mediaRules, postingCaps, pullTestUrl } from './media-rules.ts'
export { type Scope, type ScopeEntry, scopeMigration, scopes } from './scopes.ts'
export {
  mobileRedirectRules,
  propertyCovers,
  redirectUriProblems,
  redirectUriRules,
  type UrlProperty,
  urlPropertyProblems,
  urlsToVerify,
  verification,
} from './url-rules.ts'
export {
  type AuthKind,
  type Depends,
  decide,
  defineEndpoint,
  type Endpoint,
  type EndpointExample,
  type EndpointSpec,
  type Envelope,
  type ErrorEntry,
  type ErrorOf,
  type Host,
  type InputOf,
  type Lifecycle,
  type Method,
  type OutputOf,
  possibilities,
  type QueryOf,
  type RateLimit,
  type Repeat,
  type RequestEncoding,
  type Source,
} from './vocabulary.ts'

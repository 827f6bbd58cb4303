export { type Clock, ManualClock, systemClock } from './clock.ts'
export {
  AuthError,
  ContractError,
  PlatformError,
  RateLimitError,
  type RetryVerdict,
  TockworkError,
  type TockworkErrorDetails,
  TransportError,
  UsageError,
} from './errors.ts'
export { parseJson, stringifyJson } from './json.ts'
export type { Provenance } from './provenance.ts'
export { cryptoRandom, type Random, seededRandom } from './random.ts'
export { redact, Secret } from './secret.ts'

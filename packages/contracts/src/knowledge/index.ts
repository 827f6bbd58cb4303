/** What is known about TikTok beside its endpoints: dates, disagreements, observations, rules of review. */

export { toCalendar } from './calendar.ts'
export { byDay, type Change, changesSince } from './change-feed.ts'
export type { Claim, Contradiction } from './claim.ts'
export { contradictions, contradictionsAbout } from './contradictions.ts'
export {
  reviewStates,
  sandboxFacts,
  sandboxRules,
  unauditedRules,
  waitingTimes,
} from './environments.ts'
export { type LifecycleEvent, lifecycle } from './lifecycle.ts'
export { type KnownMessage, knownMessages, messagesLike } from './messages.ts'
export { observations, unstated } from './observations.ts'
export { businessScopes, researchPaths, shareKit } from './other-apis.ts'
export { postingFacts, processingTimes } from './posting-facts.ts'
export { legacyV1, wireConventions } from './wire-conventions.ts'

/** What a workspace wants done about media that is no first. */
export type PolicyVerdict = 'allow' | 'warn' | 'block'

export interface RepeatRule {
  /** For what was uploaded before. */
  verdict: PolicyVerdict
  /** Hours after the earlier upload within which a repetition is held back whatever `verdict` says; 0: none. */
  cooldownHours: number
}

export interface MediaPolicy {
  /** The same media, edited or not, on the same account again. */
  sameAccount: RepeatRule
  /** On another account of the workspace. */
  otherAccount: RepeatRule
  /** Another post with the same media is on its way, on whichever account. */
  queued: PolicyVerdict
  /** Another platform's mark that is certain; one that may be none is a warning at most. */
  watermarks: PolicyVerdict
  /** What a post names by address could not be fetched, so that nobody here has looked at it. */
  unreachable: PolicyVerdict
  /** Handles that are no foreign marks, besides those of the workspace's own accounts. */
  ownHandles: string[]
  brandWords: string[]
}

/**
 * Whoever sends the same clip to the same account within a day has most often pressed twice, and what is out cannot be
 * taken back by the API: that is held. Later it is most often meant, and the same clip for several accounts at once is
 * what many people use a hub for: those are noted, and go.
 */
export const DEFAULT_MEDIA_POLICY: MediaPolicy = {
  sameAccount: { verdict: 'warn', cooldownHours: 24 },
  otherAccount: { verdict: 'warn', cooldownHours: 0 },
  queued: 'warn',
  watermarks: 'block',
  // TikTok may get what we do not: an address may be open to its machines alone.
  unreachable: 'warn',
  ownHandles: [],
  brandWords: [],
}

/** Whether it matters to this policy what was uploaded before. */
export function looksAtRepeats({ sameAccount, otherAccount, queued }: MediaPolicy): boolean {
  return [sameAccount, otherAccount].some(isActive) || queued !== 'allow'
}

function isActive({ verdict, cooldownHours }: RepeatRule): boolean {
  return verdict !== 'allow' || cooldownHours > 0
}

/** What follows for media that went out `ageMs` ago. */
export function verdictOfRepeat({ verdict, cooldownHours }: RepeatRule, ageMs: number): PolicyVerdict {
  return ageMs < cooldownHours * 3_600_000 ? 'block' : verdict
}

const ORDER: readonly PolicyVerdict[] = ['allow', 'warn', 'block']

export function stricter(one: PolicyVerdict, other: PolicyVerdict): PolicyVerdict {
  return ORDER.indexOf(one) >= ORDER.indexOf(other) ? one : other
}

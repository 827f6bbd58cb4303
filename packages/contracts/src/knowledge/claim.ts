import type { Provenance } from '@tockwork/kernel'

/** One statement about TikTok, with where it stands. */
export interface Claim {
  id: string
  statement: string
  /** A page's address; where a public project's code or notes say so without a page of their own, what they are. */
  source: string
  /** The day it was read or measured, where known. */
  retrieved?: string
  provenance: Provenance
}

/** Sources that say different things, and what is done here. */
export interface Contradiction {
  id: string
  topic: string
  versions: readonly { says: string; source: string; provenance: Provenance }[]
  /** What Tockwork does. */
  use: string
  why: string
  /** Error codes, fields or events that this concerns, for `tockwork explain`. */
  concerns?: readonly string[]
}

const DOC = 'https://developers.tiktok.com/doc/'
/** Address of a page of TikTok's documentation. */
export const page = (slug: string): string => `${DOC}${slug}`

import type { Platform } from '../platform.ts'
import { Corpus } from './corpus.ts'
import { mix } from './mix.ts'
import { VideoSearches } from './video-searches.ts'

/** The corpus as the settings say, and what is remembered of it. */
export interface ResearchWorld {
  corpus: Corpus
  searches: VideoSearches
  /** Result sets that were refused once because they were not ready. */
  refused: Set<string>
  /** Calls so far, by which it is drawn whether one fails. */
  calls: number
}

const worlds = new WeakMap<object, ResearchWorld & { key: string }>()

/** Whether a call is among a share of all calls; a share of its own is drawn for each salt. */
export function isDrawn(platform: Platform, salt: number, share: number): boolean {
  return share > 0 && mix(salt, researchWorld(platform).calls) / 2 ** 32 < share
}

/** Made when it is first asked for, and anew when its size or seed is changed. */
export function researchWorld({ settings, world }: Platform): ResearchWorld {
  const key = `${settings.researchSeed}:${settings.researchVideos}`
  const known = worlds.get(world)
  if (known?.key === key) return known
  const corpus = new Corpus(settings.researchSeed, settings.researchVideos)
  const made = { key, corpus, searches: new VideoSearches(corpus), refused: new Set<string>(), calls: 0 }
  worlds.set(world, made)
  return made
}

import type { C2paClaims } from './c2pa-manifest.ts'
import type { Origin } from './provenance.ts'

/**
 * IPTC source types that mean a trained model made all or part of it
 * (https://cv.iptc.org/newscodes/digitalsourcetype/). `algorithmicMedia` is not among them: a fractal is no AI.
 */
const AI_SOURCE_TYPES: ReadonlySet<string> = new Set([
  'trainedAlgorithmicMedia',
  'compositeWithTrainedAlgorithmicMedia',
  'compositeSynthetic',
])

interface OriginRule {
  name: string
  kind: Origin['kind']
  /** Of the tag; any tag where it is left out. */
  tag?: RegExp
  text: RegExp
}

/**
 * What platforms and editors leave in the files they hand out. None of it is documented by them; these are observed in
 * the wild, and they may change any day. A sign leads to a look by a person, never to a refusal.
 */
const ORIGINS: readonly OriginRule[] = [
  { name: 'TikTok', kind: 'download', tag: /^comment$/, text: /^vid:[0-9a-z]{8,}/i },
  { name: 'TikTok', kind: 'download', tag: /^aigc_info$/, text: /aigc_label_type/ },
  { name: 'Facebook or Instagram', kind: 'download', tag: /^instructions$/, text: /^FBMD[0-9a-f]{8,}/ },
  {
    name: 'YouTube or another Google service',
    kind: 'service',
    tag: /^handler$/,
    text: /produced by Google Inc/i,
  },
  { name: 'CapCut', kind: 'editor', text: /\bcapcut\b|\blvcapcut\b|剪映/i },
  { name: 'TikTok’s or CapCut’s encoder', kind: 'editor', tag: /^(te_is_reencode|hw)$/i, text: /^1$/ },
  { name: 'InShot', kind: 'editor', text: /\binshot\b/i },
  { name: 'Adobe Premiere', kind: 'editor', text: /adobe premiere/i },
  { name: 'Final Cut Pro', kind: 'editor', text: /final cut pro/i },
  { name: 'DaVinci Resolve', kind: 'editor', text: /davinci resolve|blackmagic design/i },
  { name: 'Canva', kind: 'editor', text: /\bcanva\b/i },
  { name: 'HandBrake', kind: 'editor', text: /\bhandbrake\b/i },
]

/** Generators that write their name where cameras write theirs. */
const AI_PROGRAMS =
  /\b(midjourney|dall[·\-. ]?e|stable diffusion|comfyui|automatic1111|adobe firefly|runway gen|openai sora|google veo|imagen|leonardo\.ai|kling ai|pika labs|flux\.1)\b/i
const PROGRAM_TAGS =
  /^(software|encoder|creatortool|comment|description|make|model|parameters|com\.apple\.quicktime\.software)$/

export function originsOf(texts: readonly [string, string][]): Origin[] {
  const origins: Origin[] = []
  for (const rule of ORIGINS) {
    if (origins.some(({ name }) => name === rule.name)) continue
    const tag = texts.find(([name, text]) => (rule.tag?.test(name) ?? true) && rule.text.test(text))
    if (tag) origins.push({ name: rule.name, kind: rule.kind, because: `${tag[0]}: ${tag[1].slice(0, 80)}` })
  }
  return origins
}

/** Sentences that say what speaks for AI-made content. */
export function aiSigns(found: {
  c2pa: C2paClaims | undefined
  digitalSourceType: string | undefined
  texts: readonly [string, string][]
}): string[] {
  const signs: string[] = []
  for (const type of found.c2pa?.digitalSourceTypes ?? []) {
    if (AI_SOURCE_TYPES.has(type)) signs.push(`its Content Credentials name the source type ${type}`)
  }
  if (found.digitalSourceType !== undefined && AI_SOURCE_TYPES.has(found.digitalSourceType)) {
    signs.push(`its XMP names the source type ${found.digitalSourceType}`)
  }
  for (const [name, text] of found.texts) {
    // TikTok writes a label type of 0 into every file it hands out; the others mean something.
    if (name === 'aigc_info' && /"?aigc_label_type"?\s{0,3}:\s{0,3}[1-9]/.test(text)) {
      signs.push(`its tag aigc_info carries a label: ${text.slice(0, 80)}`)
    }
    // China's GB 45438-2025: 1 is AI-made, 2 and 3 are probably and suspected to be.
    if (/^aigc$/i.test(name) && /"?Label"?\s{0,3}:\s{0,3}"?[123]/.test(text)) {
      signs.push(`its tag ${name} carries a label: ${text.slice(0, 80)}`)
    }
    if (PROGRAM_TAGS.test(name) && AI_PROGRAMS.test(text))
      signs.push(`it names ${text.slice(0, 80)} as its ${name}`)
    if (name === 'parameters' && /\bSteps: \d+/.test(text))
      signs.push('it carries the settings of an image generator')
  }
  return signs
}

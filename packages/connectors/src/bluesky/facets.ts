/**
 * What in a text is a link, a mention or a tag, as `app.bsky.richtext.facet`: ranges in bytes of its UTF-8, not in
 * characters, or they slip at the first emoji.
 * Source: docs.bsky.app/docs/advanced-guides/post-richtext.
 */
export interface Facet {
  index: { byteStart: number; byteEnd: number }
  features: readonly Feature[]
}

type Feature =
  | { $type: 'app.bsky.richtext.facet#link'; uri: string }
  | { $type: 'app.bsky.richtext.facet#mention'; did: string }
  | { $type: 'app.bsky.richtext.facet#tag'; tag: string }

interface Found {
  /** In UTF-16 units, as expressions count. */
  start: number
  text: string
  what: { kind: 'link'; uri: string } | { kind: 'mention'; handle: string } | { kind: 'tag'; tag: string }
}

const LINK = /(?<=^|[\s([{"'「『（])https?:\/\/[^\s<>"「」『』]+/giu
/** A handle is a domain name of at most 253 letters. Source: atproto.com/specs/handle. */
const MENTION =
  /(?<=^|[\s([{"'「『（])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![a-z0-9-])/giu
/** The limit on graphemes is the lexicon's; a tag of digits alone is a number. */
const TAG = /(?<=^|\s)[#＃]([^\s#＃\p{Cf}]+)/gu
const MAX_TAG_GRAPHEMES = 64
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/**
 * The facets of a text.
 * @param resolve the DID of a handle, or undefined when nobody has it: then it stays plain text
 */
export async function facetsOf(
  text: string,
  resolve: (handle: string) => Promise<string | undefined>,
): Promise<Facet[]> {
  const facets: Facet[] = []
  for (const found of findAll(text)) {
    const feature = await featureOf(found.what, resolve)
    if (feature === undefined) continue
    const byteStart = Buffer.byteLength(text.slice(0, found.start))
    facets.push({
      index: { byteStart, byteEnd: byteStart + Buffer.byteLength(found.text) },
      features: [feature],
    })
  }
  return facets
}

async function featureOf(
  what: Found['what'],
  resolve: (handle: string) => Promise<string | undefined>,
): Promise<Feature | undefined> {
  if (what.kind === 'link') return { $type: 'app.bsky.richtext.facet#link', uri: what.uri }
  if (what.kind === 'tag') return { $type: 'app.bsky.richtext.facet#tag', tag: what.tag }
  const did = await resolve(what.handle)
  return did === undefined ? undefined : { $type: 'app.bsky.richtext.facet#mention', did }
}

function findAll(text: string): Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(LINK)) {
    const uri = withoutTail(match[0])
    if (URL.canParse(uri)) found.push({ start: match.index, text: uri, what: { kind: 'link', uri } })
  }
  for (const match of text.matchAll(MENTION))
    found.push({
      start: match.index,
      text: match[0],
      what: { kind: 'mention', handle: (match[1] ?? '').toLowerCase() },
    })
  for (const match of text.matchAll(TAG)) {
    const tag = (match[1] ?? '').replace(/\p{P}+$/u, '')
    if (tag === '' || /^\d+$/.test(tag) || graphemes(tag) > MAX_TAG_GRAPHEMES) continue
    found.push({ start: match.index, text: `${match[0][0]}${tag}`, what: { kind: 'tag', tag } })
  }
  // No two may overlap: a link keeps what is inside it.
  let end = 0
  return found
    .sort((a, b) => a.start - b.start)
    .filter((one) => {
      if (one.start < end) return false
      end = one.start + one.text.length
      return true
    })
}

/** A link without the punctuation of its sentence; a bracket belongs to it when it was opened inside. */
function withoutTail(link: string): string {
  let kept = link
  for (;;) {
    const last = kept.at(-1) ?? ''
    const opener = CLOSERS[last]
    const isTail =
      opener === undefined
        ? /[.,;:!?'"，。、；：！？）」』]/u.test(last)
        : kept.split(last).length > kept.split(opener).length
    if (!isTail) return kept
    kept = kept.slice(0, -1)
  }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What people would count as letters. */
export function graphemes(text: string): number {
  let count = 0
  for (const _ of segmenter.segment(text)) count += 1
  return count
}

/** Pictures and videos of a post, as the app view shows them. Source: the lexicons app.bsky.embed.*. */
import * as z from 'zod/mini'
import type { ContentMedium } from '../connector.ts'

const shown = {
  images: z.optional(
    z.array(z.object({ thumb: z.string(), fullsize: z.string(), alt: z.optional(z.string()) })),
  ),
  playlist: z.optional(z.string()),
  thumbnail: z.optional(z.string()),
  alt: z.optional(z.string()),
}

/** Of any kind: what is not ours to show has none of these. */
export const embedView = z.object({ ...shown, media: z.optional(z.object(shown)) })

/** A quotation with media has these one level deeper. */
export function mediaOf(embed: z.infer<typeof embedView> | undefined): ContentMedium[] {
  const { images = [], playlist, thumbnail, alt } = embed?.media ?? embed ?? {}
  if (playlist !== undefined)
    return [{ kind: 'video', url: playlist, previewUrl: thumbnail ?? null, alt: alt || null }]
  return images.map(({ thumb, fullsize, alt: said }) => ({
    kind: 'image',
    url: fullsize,
    previewUrl: thumb,
    alt: said || null,
  }))
}

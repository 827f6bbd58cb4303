import * as z from 'zod/mini'
import { openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

export { embedLive, embedMarkup, embedPlayer } from './player.ts'

const PAGE = 'https://developers.tiktok.com/doc/embed-videos'

export const oembed = defineEndpoint({
  id: 'embed.oembed',
  title: 'Describe a public video or profile for embedding',
  host: 'www.tiktok.com',
  method: 'GET',
  path: '/oembed',
  doc: { url: PAGE },
  auth: 'none',
  encoding: 'query',
  envelope: 'bare',
  query: z.looseObject({ url: z.string() }),
  output: z.looseObject({
    version: z.string(),
    type: z.string(),
    title: z.optional(z.string()),
    author_url: z.string(),
    author_name: z.string(),
    /** This and the next two stand in captured answers, not on the page. */
    author_unique_id: z.optional(z.string()),
    embed_product_id: z.optional(z.string()),
    embed_type: z.optional(openEnum(['video', 'profile'])),
    width: z.union([z.string(), z.number()]),
    height: z.union([z.string(), z.number()]),
    html: z.string(),
    thumbnail_width: z.optional(z.number()),
    thumbnail_height: z.optional(z.number()),
    thumbnail_url: z.optional(z.string()),
    provider_url: z.string(),
    provider_name: z.string(),
  }),
  repeat: 'safe',
  lifecycle: {
    notes: [
      {
        date: '2026-10-23',
        text: 'TikTok announces that Embed Videos will be deprecated; Embed Player is the successor.',
      },
    ],
  },
})

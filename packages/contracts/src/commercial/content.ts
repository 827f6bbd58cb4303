import * as z from 'zod/mini'
import { count, fieldList, int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, contentCountries, country, dayRange, flag, page, pageSize, searchId } from './parts.ts'

export const contentFields = [
  'id',
  'create_timestamp',
  'create_date',
  'label',
  'brand_names',
  'creator',
  'videos',
] as const

/** The page's sample names a path that does not exist; this one is in its text. */
export const queryCommercialContent = defineEndpoint({
  ...base,
  id: 'commercial.queryContent',
  title: 'Search content with a commercial label that is not an ad',
  path: '/v2/research/adlib/commercial_content/query/',
  doc: page('commercial-content-api-query-commercial-content'),
  query: z.looseObject({ fields: fieldList(contentFields) }),
  input: z.looseObject({
    filters: z.looseObject({
      content_published_date_range: dayRange(),
      creator_country_code: country(contentCountries),
      creator_usernames: z.optional(z.array(z.string())),
    }),
    /** By default 10. */
    max_count: pageSize(50),
    search_id: searchId(),
  }),
  output: z.looseObject({
    commercial_contents: z.array(
      z.looseObject({
        /** A number by the table, text on the wire. */
        id: z.optional(
          z.codec(z.union([z.string(), z.bigint(), z.number()]), z.string(), {
            decode: (wire) => String(wire),
            encode: (ours) => ours,
          }),
        ),
        /** `YYYYMMDD`. */
        create_date: z.optional(
          z.codec(z.union([z.string(), z.bigint(), z.number()]), z.string(), {
            decode: (wire) => String(wire),
            encode: (ours) => ours,
          }),
        ),
        /** UTC epoch seconds. */
        create_timestamp: z.optional(count()),
        label: z.optional(openEnum(['Paid partnership', 'Promotional content'])),
        /** Often one empty name. */
        brand_names: z.optional(z.array(z.string())),
        creator: z.optional(z.looseObject({ username: z.optional(z.string()) })),
        videos: z.optional(
          z.array(
            z.looseObject({
              id: z.optional(int64()),
              status: z.optional(z.string()),
              url: z.optional(z.string()),
              cover_image_url: z.optional(z.string()),
            }),
          ),
        ),
      }),
    ),
    has_more: z.optional(flag()),
    search_id: z.optional(z.string()),
  }),
})

/** Activity: what a creator listens to and follows (product ACTIVITY). */
import { z } from 'zod'
import { ofAccount } from './wire.ts'

const text = z.string().nullable()

export const activityArtist = z
  .object({
    ...ofAccount,
    platform_artist_id: text,
    image_url: text,
    artist_name: text,
    artist_url: text,
    genre: z.array(z.string()).nullable(),
    activity_type: z.enum(['FOLLOWED', 'TOP']),
  })
  .meta({ id: 'ActivityArtist' })

export const activityContent = z
  .object({
    ...ofAccount,
    platform_content_id: text,
    title: text,
    format: text,
    type: text,
    url: text,
    description: text,
    thumbnail_url: text,
    embed_url: text,
    activity_type: z.enum(['TOP', 'RECENT', 'SAVED']),
    additional_info: z
      .object({ genre: z.array(z.string()).nullable(), artists: z.array(z.string()).nullable(), album: text })
      .nullable(),
  })
  .meta({ id: 'ActivityContent' })

import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const name = z.string().min(1).max(255)
const tags = z.array(z.string().min(1).max(64)).max(50)

const asset = z
  .object({
    id: idOf('ast'),
    sha256: z.string().meta({ description: 'Of the content; the same content is one asset' }),
    size_bytes: z.int(),
    content_type: z.string().meta({ description: 'By its content, whatever it was called' }),
    name: z.string().nullable(),
    tags: z.array(z.string()),
    media: z
      .object({
        kind: z.string(),
        container: z.string(),
        duration_sec: z.number().nullable(),
        width: z.number().nullable(),
        height: z.number().nullable(),
        frame_rate: z.number().nullable(),
        video_codec: z.string().nullable(),
        audio_codec: z.string().nullable(),
        problems: z.array(z.object({ code: z.string(), detail: z.string() })),
      })
      .meta({ id: 'AssetMedia' }),
    created_at: moment,
  })
  .meta({ id: 'Asset' })

const params = z.object({ asset_id: idOf('ast') })

const createAsset = defineOperation({
  id: 'assets.create',
  method: 'POST',
  path: '/v1/assets',
  summary: 'Upload a file',
  description:
    'The body is the file itself. Content that is there already gives the asset that it is, so repeating is harmless.',
  scope: 'assets:write',
  query: z.object({ name: name.optional() }),
  body: 'stream',
  answer: asset,
  status: 201,
  idempotency: 'natural',
  errors: {
    asset_too_large: { status: 413, title: 'The file is too large' },
    asset_not_media: { status: 422, title: 'The file is neither a video nor a photo that is known' },
  },
})

const listAssets = defineOperation({
  id: 'assets.list',
  method: 'GET',
  path: '/v1/assets',
  summary: 'List files, newest first',
  scope: 'assets:read',
  query: pageQuery.extend({ tag: z.string().max(64).optional() }),
  answer: pageOf(asset),
  status: 200,
  errors: {},
})

const getAsset = defineOperation({
  id: 'assets.get',
  method: 'GET',
  path: '/v1/assets/{asset_id}',
  summary: 'Read a file’s properties and where it was used',
  scope: 'assets:read',
  params,
  answer: asset
    .extend({ used_in: z.array(idOf('post')).meta({ description: 'The latest 100 posts' }) })
    .meta({ id: 'AssetWithUses' }),
  status: 200,
  errors: {},
})

const updateAsset = defineOperation({
  id: 'assets.update',
  method: 'PATCH',
  path: '/v1/assets/{asset_id}',
  summary: 'Name and tag a file',
  scope: 'assets:write',
  params,
  body: z.object({ name: name.optional(), tags: tags.optional() }),
  answer: asset,
  status: 200,
  errors: {},
})

export const assetOperations = [createAsset, listAssets, getAsset, updateAsset] as const

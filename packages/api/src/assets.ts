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
    origin: z.enum(['library', 'post']).meta({
      description:
        'post: a copy of what a post names by address, made to be looked at; it is in no list, and no post is made with it',
    }),
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

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const refusals = {
  asset_too_large: { status: 413, title: 'The file is too large' },
  asset_not_media: { status: 422, title: 'The file is neither a video nor a photo that is known' },
} as const

const params = z.object({ asset_id: idOf('ast') })

const createAsset = defineOperation({
  id: 'assets.create',
  method: 'POST',
  path: '/v1/assets',
  summary: 'Upload a file',
  description:
    'The body is the file itself. Content that is there already gives the asset that it is, so repeating is harmless.',
  scope: 'assets:write',
  query: z.object({
    name: name.optional(),
    sha256: sha256
      .optional()
      .meta({ description: 'Of the content: a file that arrives otherwise is refused' }),
  }),
  body: 'stream',
  answer: asset,
  status: 201,
  idempotency: 'natural',
  errors: {
    ...refusals,
    asset_differs: { status: 422, title: 'The file is not the one that was announced' },
  },
})

const importAsset = defineOperation({
  id: 'assets.import',
  method: 'POST',
  path: '/v1/assets/import',
  summary: 'Download a file from an address',
  description:
    'Answers when the file is there. Addresses of the open internet only, https, at most three redirects. Content that ' +
    'is there already gives the asset that it is, so repeating is harmless.',
  scope: 'assets:write',
  body: z.object({
    url: z.string().max(2048),
    name: name.optional(),
    tags: tags.optional(),
    sha256: sha256.optional(),
  }),
  answer: asset,
  status: 201,
  idempotency: 'natural',
  errors: {
    ...refusals,
    asset_differs: { status: 422, title: 'The file is not the one that was announced' },
    asset_url_refused: { status: 422, title: 'The address is not one to download from' },
    asset_url_failed: { status: 422, title: 'The address did not give the file' },
  },
})

const listAssets = defineOperation({
  id: 'assets.list',
  method: 'GET',
  path: '/v1/assets',
  summary: 'List files, newest first',
  scope: 'assets:read',
  query: pageQuery.extend({
    tag: z.string().max(64).optional(),
    kind: z.enum(['video', 'photo']).optional(),
    used: z.enum(['true', 'false']).optional().meta({ description: 'Whether any post was made with it' }),
  }),
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

const deleteAsset = defineOperation({
  id: 'assets.delete',
  method: 'DELETE',
  path: '/v1/assets/{asset_id}',
  summary: 'Delete a file',
  description: 'Refused while a post still needs it. What was posted with it stays posted, and keeps its id.',
  scope: 'assets:write',
  params,
  answer: null,
  status: 204,
  errors: { asset_in_use: { status: 409, title: 'A post still needs the file' } },
})

export const assetOperations = [
  createAsset,
  importAsset,
  listAssets,
  getAsset,
  updateAsset,
  deleteAsset,
] as const

import { type assetOperations, problem } from '@tockwork/api'
import { type AssetParts, addAsset, removeAsset } from '../assets/asset-service.ts'
import type { ImportGate } from '../assets/import-gate.ts'
import { type AddressOptions, openAddress } from '../assets/open-address.ts'
import type { Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { type Asset, assetUses, findAsset, listAssets, updateAsset } from '../storage/assets.ts'
import { actorOf } from '../tenancy/principal.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

const MOST_USES = 100

export function assetHandlers(
  parts: AssetParts,
  { addresses, imports }: { addresses: Pick<AddressOptions, 'resolve' | 'toLoopback'>; imports: ImportGate },
): Handlers<typeof assetOperations> {
  const { db } = parts
  const must = async (workspaceId: string, id: string): Promise<Asset> => {
    const asset = await findAsset(db, workspaceId, id)
    if (asset === undefined) throw problem('not_found', 'There is no such asset.')
    return asset
  }
  return {
    'assets.create': async ({ query, body }, { caller, signal }) => {
      const { asset } = await addAsset(parts, {
        workspaceId: caller.workspaceId,
        content: body,
        signal,
        name: query.name,
        sha256: query.sha256,
      })
      return assetToJson(asset)
    },

    'assets.import': async ({ body }, { caller, signal }) => {
      const { url, ...about } = body
      using _place = imports.enter(caller.workspaceId)
      const content = await openAddress(url, { ...addresses, maxBytes: parts.maxBytes, signal })
      const { asset } = await addAsset(parts, { ...about, workspaceId: caller.workspaceId, content, signal })
      return assetToJson(asset)
    },

    'assets.list': ({ query }, { caller }) => {
      const list = (slice: { limit: number; before: string | undefined }) =>
        listAssets(db, {
          workspaceId: caller.workspaceId,
          tag: query.tag,
          kind: query.kind,
          used: query.used === undefined ? undefined : query.used === 'true',
          ...slice,
        })
      return pageOfItems(query, idPattern('ast'), list, assetToJson)
    },

    'assets.get': async ({ params }, { caller }) => {
      const asset = await must(caller.workspaceId, params.asset_id)
      return { ...assetToJson(asset), used_in: await assetUses(db, asset.id, MOST_USES) }
    },

    'assets.update': async ({ params, body }, { caller }) => {
      const { id } = await must(caller.workspaceId, params.asset_id)
      const asset = await updateAsset(db, caller.workspaceId, id, body)
      if (asset === undefined) throw problem('not_found', 'There is no such asset.')
      return assetToJson(asset)
    },

    'assets.delete': async ({ params }, { caller }) => {
      const { workspaceId } = caller
      await removeAsset(parts, { workspaceId, id: params.asset_id, actor: actorOf(caller) })
      return undefined
    },
  }
}

function assetToJson(asset: Asset) {
  const { info } = asset
  return {
    id: asset.id,
    sha256: Buffer.from(asset.hash).toString('hex'),
    size_bytes: asset.sizeBytes,
    content_type: asset.contentType,
    name: asset.name ?? null,
    tags: asset.tags,
    origin: asset.origin,
    media: {
      kind: info.kind,
      container: info.container,
      duration_sec: info.durationSec ?? null,
      width: info.video?.width ?? info.photo?.width ?? null,
      height: info.video?.height ?? info.photo?.height ?? null,
      frame_rate: info.video?.frameRate ?? null,
      video_codec: info.video?.codec ?? null,
      audio_codec: info.audio?.codec ?? null,
      problems: info.problems,
    },
    created_at: iso(asset.createdAt),
  }
}

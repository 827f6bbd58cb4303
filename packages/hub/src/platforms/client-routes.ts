/** Who the hub's apps are to servers that read it at an address: one document for each app. */
import type { PlainRoute } from '../http/ports.ts'
import { findAppByIdAlone } from '../storage/apps.ts'
import type { Database } from '../storage/database.ts'
import { findBrand } from '../storage/workspaces.ts'
import { appSecretPlace } from '../tokens/platforms.ts'
import type { Vault } from '../vault/sealing.ts'
import { clientDocument } from './bluesky.ts'

const APP = /^(app_[0-9A-Z]{26})\.json$/

export function clientRoutes(parts: { db: Database; vault: Vault; publicUrl: string }): PlainRoute[] {
  const { db, vault, publicUrl } = parts
  return [
    {
      method: 'GET',
      path: '/connect/clients/{document}',
      handle: async ({ params }) => {
        const id = APP.exec(params.document ?? '')?.[1]
        const app = id === undefined ? undefined : await findAppByIdAlone(db, id)
        if (app?.platform !== 'bluesky') return { status: 404 }
        const key = await vault.open(app.secretSealed, appSecretPlace(app.workspaceId, app.id))
        const brand = await findBrand(db, app.workspaceId)
        const named = { id: app.id, key, name: brand.name, logoUri: brand.logoUrl }
        return {
          status: 200,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'cache-control': 'public, max-age=600',
            'access-control-allow-origin': '*',
          },
          body: JSON.stringify(clientDocument(publicUrl, named)),
        }
      },
    },
  ]
}

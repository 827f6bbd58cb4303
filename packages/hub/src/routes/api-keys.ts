import { type apiKeyOperations, problem } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import { type ApiKey, findApiKey, listApiKeys } from '../storage/api-keys.ts'
import type { Database } from '../storage/database.ts'
import { type ApiKeys, type MadeApiKey, modeOf } from '../tenancy/api-keys.ts'
import { actorOf } from '../tenancy/principal.ts'
import { pageOfItems } from './cursor.ts'
import { iso, isoOrNull } from './iso-time.ts'

export function apiKeyHandlers({
  db,
  apiKeys,
}: {
  db: Database
  apiKeys: ApiKeys
}): Handlers<typeof apiKeyOperations> {
  return {
    'apiKeys.list': ({ query }, { caller }) =>
      pageOfItems(query, idPattern('key'), (slice) => listApiKeys(db, caller.workspaceId, slice), keyToJson),

    'apiKeys.create': ({ body }, { caller, remember }) =>
      db.transaction().execute(async (tx) => {
        const { name, mode, scopes, expires_at } = body
        const wish = {
          name,
          mode,
          scopes,
          expiresAt: expires_at === undefined ? null : Date.parse(expires_at),
        }
        const made = await apiKeys.create(tx, caller.workspaceId, wish, actorOf(caller), caller)
        const answer = madeKeyToJson(made)
        await remember(tx, answer)
        return answer
      }),

    'apiKeys.get': async ({ params }, { caller }) => {
      const key = await findApiKey(db, caller.workspaceId, params.key_id)
      if (key === undefined) throw problem('not_found', 'There is no such API key.')
      return keyToJson(key)
    },

    'apiKeys.rotate': ({ params, body }, { caller, remember }) =>
      db.transaction().execute(async (tx) => {
        const overlapMs = body.overlap_seconds * 1000
        const { workspaceId } = caller
        const made = await apiKeys.rotate(tx, workspaceId, params.key_id, overlapMs, actorOf(caller), caller)
        const answer = madeKeyToJson(made)
        await remember(tx, answer)
        return answer
      }),

    'apiKeys.revoke': async ({ params }, { caller }) =>
      keyToJson(await apiKeys.revoke(caller.workspaceId, params.key_id, actorOf(caller))),
  }
}

function keyToJson(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    mode: modeOf(key),
    scopes: key.scopes,
    created_at: iso(key.createdAt),
    expires_at: isoOrNull(key.expiresAt),
    last_used_at: isoOrNull(key.lastUsedAt),
    revoked_at: isoOrNull(key.revokedAt),
    replaced_by: key.replacedBy,
  }
}

/** The one answer that holds a key in the clear. */
export function madeKeyToJson({ key, secret }: MadeApiKey) {
  return { ...keyToJson(key), key: secret.reveal() }
}

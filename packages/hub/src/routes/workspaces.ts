import { API_SCOPES, problem, type workspaceOperations } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { Caller, Handlers } from '../http/ports.ts'
import { idPattern, newId } from '../ids.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import {
  findWorkspace,
  insertWorkspace,
  listWorkspaces,
  updateWorkspace,
  type Workspace,
} from '../storage/workspaces.ts'
import type { ApiKeys } from '../tenancy/api-keys.ts'
import { actorOf } from '../tenancy/principal.ts'
import { madeKeyToJson } from './api-keys.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export interface WorkspaceRouteParts {
  db: Database
  clock: Clock
  random: Random
  apiKeys: ApiKeys
}

export function workspaceHandlers({
  db,
  clock,
  random,
  apiKeys,
}: WorkspaceRouteParts): Handlers<typeof workspaceOperations> {
  return {
    'workspaces.list': async ({ query }, { caller }) => {
      if (seesAll(caller))
        return pageOfItems(query, idPattern('ws'), (slice) => listWorkspaces(db, slice), toJson)
      const own = await findWorkspace(db, caller.workspaceId)
      return { data: own === undefined ? [] : [toJson(own)], next_cursor: null }
    },

    'workspaces.create': async ({ body }, { caller, remember }) => {
      const workspace = {
        id: newId('ws', clock, random),
        name: body.name,
        createdAt: clock.now(),
        approvalRequired: false,
        ownApprovalAllowed: false,
        creatorConsentRequired: false,
        brand: null,
      }
      return db.transaction().execute(async (tx) => {
        await insertWorkspace(tx, workspace)
        const actor = actorOf(caller)
        await appendAudit(tx, {
          workspaceId: workspace.id,
          at: workspace.createdAt,
          actor,
          action: 'workspace.create',
          subject: workspace.id,
          detail: { name: workspace.name },
        })
        const scopes = API_SCOPES.filter((scope) => scope !== 'workspaces:write')
        const made = await apiKeys.create(
          tx,
          workspace.id,
          { name: 'first key', mode: 'live', scopes },
          actor,
        )
        const answer = { workspace: toJson(workspace), api_key: madeKeyToJson(made) }
        await remember(tx, answer)
        return answer
      })
    },

    'workspaces.get': async ({ params }, { caller }) => {
      const workspace = reaches(caller, params.workspace_id)
        ? await findWorkspace(db, params.workspace_id)
        : undefined
      if (workspace === undefined) throw missing()
      return toJson(workspace)
    },

    'workspaces.update': async ({ params, body }, { caller }) => {
      if (!reaches(caller, params.workspace_id)) throw missing()
      return db.transaction().execute(async (tx) => {
        const workspace = await updateWorkspace(tx, params.workspace_id, {
          name: body.name,
          approvalRequired: body.approval_required,
          ownApprovalAllowed: body.own_approval_allowed,
          creatorConsentRequired: body.creator_consent_required,
          brand: body.brand,
        })
        if (workspace === undefined) throw missing()
        await appendAudit(tx, {
          workspaceId: workspace.id,
          at: clock.now(),
          actor: actorOf(caller),
          action: 'workspace.update',
          subject: workspace.id,
          detail: { ...body },
        })
        return toJson(workspace)
      })
    },
  }
}

/** Whoever may make workspaces runs the installation. */
function seesAll(caller: Caller): boolean {
  return caller.scopes.includes('workspaces:write')
}

function reaches(caller: Caller, workspaceId: string): boolean {
  return caller.workspaceId === workspaceId || seesAll(caller)
}

function missing() {
  return problem('not_found', 'There is no such workspace.')
}

function toJson(workspace: Workspace) {
  return {
    id: workspace.id,
    name: workspace.name,
    approval_required: workspace.approvalRequired,
    own_approval_allowed: workspace.ownApprovalAllowed,
    creator_consent_required: workspace.creatorConsentRequired,
    brand: workspace.brand,
    created_at: iso(workspace.createdAt),
  }
}

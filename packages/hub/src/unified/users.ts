/** Users: people as the caller knows them. */
import { defineOperation, Problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { z } from 'zod'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import {
  countUsers,
  findUser,
  findUserByExternalId,
  insertUser,
  listUsers,
  type UnifiedUser,
} from '../storage/unified-users.ts'
import { actorOf } from '../tenancy/principal.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { notFound } from './refusals.ts'
import { newUuid } from './uuid.ts'
import { idParam, listOf, pageOf, pageQuery, time, uuid } from './wire.ts'

const user = z
  .object({
    id: uuid,
    created_at: time,
    updated_at: time,
    name: z.string(),
    external_id: z.string(),
    status: z.enum(['ACTIVE', 'INACTIVE']),
  })
  .meta({ id: 'User' })

const createUser = defineOperation({
  id: 'users.create',
  method: 'POST',
  path: '/v1/users',
  summary: 'Make a user',
  description: 'external_id is your own id of the person; it should hold nothing personal.',
  scope: 'accounts:write',
  body: z.object({ name: z.string().trim().min(1).max(200), external_id: z.string().min(1).max(255) }),
  answer: user,
  status: 201,
  errors: { duplicate_external_id: { status: 409, title: 'Another user has this external_id' } },
})

const listUsersOperation = defineOperation({
  id: 'users.list',
  method: 'GET',
  path: '/v1/users',
  summary: 'List users, newest first',
  scope: 'accounts:read',
  query: pageQuery,
  answer: listOf(user),
  status: 200,
  errors: {},
})

const getUser = defineOperation({
  id: 'users.get',
  method: 'GET',
  path: '/v1/users/{user_id}',
  summary: 'Read a user',
  scope: 'accounts:read',
  params: z.object({ user_id: idParam }),
  answer: user,
  status: 200,
  errors: {},
})

const getUserByExternalId = defineOperation({
  id: 'users.getByExternalId',
  method: 'GET',
  path: '/v1/users/external_id/{external_id}',
  summary: 'Find a user by your own id',
  scope: 'accounts:read',
  params: z.object({ external_id: z.string().max(255) }),
  answer: user,
  status: 200,
  errors: {},
})

export const userOperations = [createUser, listUsersOperation, getUser, getUserByExternalId] as const

export function userHandlers({
  db,
  clock,
  random,
}: {
  db: Database
  clock: Clock
  random: Random
}): UnifiedHandlers<typeof userOperations> {
  return {
    'users.create': async ({ body }, context) => {
      const { workspaceId, environment = 'production' } = context.scope
      const now = clock.now()
      const made: UnifiedUser = {
        id: newUuid(random),
        workspaceId,
        environment,
        name: body.name,
        externalId: body.external_id,
        status: 'ACTIVE',
        implicit: false,
        createdAt: now,
        updatedAt: now,
      }
      const answer = userToWire(made, context)
      await db.transaction().execute(async (tx) => {
        if (!(await insertUser(tx, made))) throw duplicate(body.external_id)
        await appendAudit(tx, {
          workspaceId,
          at: now,
          actor: actorOf(context.caller),
          action: 'unified_user.create',
          subject: made.id,
          detail: {},
        })
        await context.remember(tx, answer)
      })
      return answer
    },

    'users.list': ({ query }, context) =>
      pageOf(context, query, {
        list: (slice) => listUsers(db, context.scope, slice),
        count: () => countUsers(db, context.scope),
        place: ({ createdAt, id }) => ({ at: createdAt, id }),
        toItem: (row) => userToWire(row, context),
      }),

    'users.get': async ({ params }, context) => {
      const found = await findUser(db, context.scope, params.user_id)
      if (found === undefined) throw notFound('user')
      return userToWire(found, context)
    },

    'users.getByExternalId': async ({ params }, context) => {
      const found = await findUserByExternalId(db, context.scope, params.external_id)
      if (found === undefined) throw notFound('user', 'No user has this external_id.')
      return userToWire(found, context)
    },
  }
}

function duplicate(externalId: string): Problem {
  return new Problem({
    status: 409,
    code: 'duplicate_external_id',
    title: 'Another user has this external_id',
    detail: `Read the one that there is: GET /v1/users/external_id/${encodeURIComponent(externalId)}`,
    field: 'external_id',
  })
}

function userToWire(row: UnifiedUser, { time: at }: Pick<UnifiedContext, 'time'>) {
  return {
    id: row.id,
    created_at: at(row.createdAt),
    updated_at: at(row.updatedAt),
    name: row.name,
    external_id: row.externalId,
    status: row.status,
  }
}

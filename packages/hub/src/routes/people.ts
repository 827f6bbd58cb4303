import type { peopleOperations } from '@tockwork/api'
import type { Secret } from '@tockwork/kernel'
import type { Handlers } from '../http/ports.ts'
import { idPattern } from '../ids.ts'
import type { People } from '../owners/people.ts'
import type { Database } from '../storage/database.ts'
import { listPeople, type Person } from '../storage/people.ts'
import type { Invitation } from '../storage/person-invitations.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export function peopleHandlers({
  db,
  people,
}: {
  db: Database
  people: People
}): Handlers<typeof peopleOperations> {
  return {
    'people.list': ({ query }, { caller }) =>
      pageOfItems(
        query,
        idPattern('per'),
        (slice) => listPeople(db, caller.workspaceId, slice),
        personToJson,
      ),

    'people.invite': ({ body }, { caller, remember }) =>
      db.transaction().execute(async (tx) => {
        const answer = invitationToJson(await people.invite(tx, caller, body.role))
        await remember(tx, answer)
        return answer
      }),

    'people.resetPassword': ({ params }, { caller, remember }) =>
      db.transaction().execute(async (tx) => {
        const answer = invitationToJson(await people.invitePasswordReset(tx, caller, params.person_id))
        await remember(tx, answer)
        return answer
      }),

    'people.update': async ({ params, body }, { caller }) =>
      personToJson(await people.setRole(caller, params.person_id, body.role)),

    'people.remove': async ({ params }, { caller }) => {
      await people.remove(caller, params.person_id)
      return undefined
    },
  }
}

function personToJson({ id, login, name, role, createdAt }: Person) {
  return { id, login, name, role, created_at: iso(createdAt) }
}

/** The one answer that holds a link in the clear. */
function invitationToJson({ link, invitation }: { link: Secret; invitation: Invitation }) {
  const { id, role, expiresAt } = invitation
  return { id, role, url: link.reveal(), expires_at: iso(expiresAt) }
}

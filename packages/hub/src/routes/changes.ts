import { type changeOperations, problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { hashOfToken } from '../changes/calendar-route.ts'
import type { ChangeWatch, TouchingChange } from '../changes/change-watch.ts'
import type { Caller, Handlers } from '../http/ports.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { deleteCalendar, saveCalendar } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { actorOf } from '../tenancy/principal.ts'
import { iso } from './iso-time.ts'

export interface ChangeRouteParts {
  db: Database
  clock: Clock
  random: Random
  watch: ChangeWatch
  publicUrl: string
}

const TOKEN_BYTES = 32

export function changeHandlers({
  db,
  clock,
  random,
  watch,
  publicUrl,
}: ChangeRouteParts): Handlers<typeof changeOperations> {
  const audited = (caller: Caller, action: string) => ({
    workspaceId: caller.workspaceId,
    at: clock.now(),
    actor: actorOf(caller),
    action,
    subject: caller.workspaceId,
    detail: {},
  })
  return {
    'changes.list': async ({ query }, { caller }) => {
      const { since, scope } = query
      const found = (await watch.of(caller.workspaceId)).filter(
        ({ date, announced, used }) =>
          (scope === 'all' || used.length > 0) &&
          (since === undefined ||
            (date === null && announced === null) ||
            [date, announced].some((day) => day !== null && day >= since)),
      )
      return { data: found.map(toJson) }
    },

    'changes.makeCalendar': async (_input, { caller, remember }) => {
      const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
      const tokenHash = hashOfToken(token)
      return db.transaction().execute(async (tx) => {
        await saveCalendar(tx, { workspaceId: caller.workspaceId, tokenHash, at: clock.now() })
        await appendAudit(tx, audited(caller, 'change_calendar.make'))
        const answer = { url: `${publicUrl}/calendars/${token}.ics`, created_at: iso(clock.now()) }
        await remember(tx, answer)
        return answer
      })
    },

    'changes.deleteCalendar': async (_input, { caller }) => {
      await db.transaction().execute(async (tx) => {
        if (!(await deleteCalendar(tx, caller.workspaceId)))
          throw problem('not_found', 'This workspace has no calendar.')
        await appendAudit(tx, audited(caller, 'change_calendar.delete'))
      })
      return undefined
    },
  }
}

function toJson(change: TouchingChange) {
  const { id, kind, date, announced, what, action, due, daysLeft, touches, used, source, provenance } = change
  return {
    id,
    kind,
    date,
    announced,
    what,
    action,
    due,
    days_left: daysLeft,
    touches: {
      endpoints: [...touches.endpoints],
      addresses: [...touches.addresses],
      fields: [...touches.fields],
    },
    used: used.map(({ appId, endpoint, lastCalledAt }) => ({
      app_id: appId,
      endpoint,
      last_called_at: iso(lastCalledAt),
    })),
    source,
    unconfirmed: provenance !== 'documented',
  }
}

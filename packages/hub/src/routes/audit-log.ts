import type { auditLogOperations } from '@tockwork/api'
import type { Handlers } from '../http/ports.ts'
import { listAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { pageOfItems } from './cursor.ts'
import { iso } from './iso-time.ts'

export function auditLogHandlers({ db }: { db: Database }): Handlers<typeof auditLogOperations> {
  return {
    'auditLog.list': ({ query }, { caller }) => {
      const { action, subject } = query
      return pageOfItems(
        query,
        /^\d{1,15}$/,
        ({ limit, before }) =>
          listAudit(db, caller.workspaceId, {
            limit,
            action,
            subject,
            before: before === undefined ? undefined : Number(before),
          }),
        (entry) => ({
          id: String(entry.id),
          at: iso(entry.at),
          actor: entry.actor,
          action: entry.action,
          subject: entry.subject,
          detail: entry.detail,
        }),
      )
    },
  }
}

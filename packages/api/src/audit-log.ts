import { z } from 'zod'
import { moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const auditEntry = z
  .object({
    id: z.string(),
    at: moment,
    actor: z.string().meta({ description: '`key:<id>`, `person:<id>`, `creator`, `tiktok` or `hub`' }),
    action: z.string().meta({ example: 'account.disconnect' }),
    subject: z.string().nullable().meta({ description: 'What it was done to' }),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' })

const listAuditLog = defineOperation({
  id: 'auditLog.list',
  method: 'GET',
  path: '/v1/audit-log',
  summary: 'List consequential acts, newest first',
  scope: 'audit:read',
  query: pageQuery.extend({
    action: z.string().max(64).optional(),
    subject: z.string().max(64).optional(),
  }),
  answer: pageOf(auditEntry),
  status: 200,
  errors: {},
})

export const auditLogOperations = [listAuditLog] as const

/** Audience: who follows a creator (product IDENTITY.AUDIENCE). */
import { defineOperation } from '@tockwork/api'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import type { UnifiedHandlers } from './context.ts'
import { mustFindAccount, referencesOf } from './references.ts'
import { audienceId } from './uuid.ts'
import { idParam, ofAccount } from './wire.ts'

const share = z.number().meta({ description: 'Per cent, 0 to 100' })

const audience = z
  .object({
    ...ofAccount,
    countries: z.array(z.object({ code: z.string(), value: share })).nullable(),
    cities: z.array(z.object({ name: z.string(), value: share })).nullable(),
    gender_age_distribution: z
      .array(
        z.object({
          gender: z.enum(['MALE', 'FEMALE', 'OTHER']),
          age_range: z.enum(['13-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65-']),
          value: share,
        }),
      )
      .nullable(),
  })
  .meta({ id: 'Audience' })

export const audienceOperations = [
  defineOperation({
    id: 'audience.get',
    method: 'GET',
    path: '/v1/audience',
    summary: "Read an account's audience",
    description:
      'One object, without a list around it. Null where the platform tells nothing: `data.identity.audience` of the account is `NOT_SUPPORTED` then.',
    scope: 'accounts:read',
    query: z.object({ account_id: idParam }),
    answer: audience,
    status: 200,
    errors: {},
  }),
] as const

export function audienceHandlers(parts: {
  db: Database
  publicUrl: string
}): UnifiedHandlers<typeof audienceOperations> {
  return {
    'audience.get': async ({ query }, context) => {
      const account = await mustFindAccount(parts.db, context.scope, query.account_id)
      return {
        id: audienceId(account.profileId),
        created_at: context.time(account.createdAt),
        updated_at: context.time(account.updatedAt),
        ...referencesOf(account, parts),
        // No platform that the hub connects tells demographics to the app of a third party.
        countries: null,
        cities: null,
        gender_age_distribution: null,
      }
    },
  }
}

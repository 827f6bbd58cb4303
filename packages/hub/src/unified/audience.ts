/** Audience: who follows a creator (product IDENTITY.AUDIENCE). */
import { defineOperation } from '@tockwork/api'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { findProfile, type StoredProfile } from '../storage/videos.ts'
import type { UnifiedHandlers } from './context.ts'
import { mustFindAccount, referencesOf } from './references.ts'
import { audienceId } from './uuid.ts'
import { idParam, ofAccount, source } from './wire.ts'

const share = z.number().meta({ description: 'Per cent, 0 to 100' })
const part = (name: string) =>
  z
    .array(z.object({ [name]: z.string(), value: share }))
    .nullable()
    .optional()
    .meta({ description: 'With `Tockwork-Extend: demographics`' })

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
    ages: part('age_range'),
    genders: part('gender'),
    source,
  })
  .meta({ id: 'Audience' })

export const audienceOperations = [
  defineOperation({
    id: 'audience.get',
    method: 'GET',
    path: '/v1/audience',
    summary: "Read an account's audience",
    description:
      'One object, without a list around it. Null where the platform tells nothing: `data.identity.audience` of the account is `NOT_SUPPORTED` then. No platform that the hub connects tells ages by gender, so that `gender_age_distribution` is null; ages and genders each by themselves come with `Tockwork-Extend: demographics`.',
    scope: 'accounts:read',
    query: z.object({ account_id: idParam }),
    answer: audience,
    status: 200,
    errors: {},
  }),
] as const

/** As a reading stored it beside the profile. */
const stored = z.array(z.object({ dimension: z.string(), value: z.string(), share: z.number() }))

export function audienceHandlers(parts: {
  db: Database
  publicUrl: string
}): UnifiedHandlers<typeof audienceOperations> {
  return {
    'audience.get': async ({ query }, context) => {
      const account = await mustFindAccount(parts.db, context.scope, query.account_id)
      const profile = await findProfile(parts.db, account.accountId)
      const of = sharesIn(profile)
      return {
        id: audienceId(account.profileId),
        created_at: context.time(account.createdAt),
        updated_at: context.time(profile?.readAt ?? account.updatedAt),
        ...referencesOf(account, parts),
        countries: of('country', (code, value) => ({ code, value })),
        cities: of('city', (name, value) => ({ name, value })),
        // Not made up out of the two: who is young and who is a woman says nothing of how many are both.
        gender_age_distribution: null,
        ...(context.asks('demographics')
          ? {
              ages: of('age', (age_range, value) => ({ age_range, value })),
              genders: of('gender', (gender, value) => ({ gender: gender.toUpperCase(), value })),
            }
          : {}),
        ...(context.asks('source') && profile !== undefined
          ? { source: { call: profile.sourceCall, read_at: context.time(profile.readAt) } }
          : {}),
      }
    },
  }
}

/** The shares of a dimension in per cent, the largest first; null where the platform told none. */
function sharesIn(profile: StoredProfile | undefined) {
  const read = stored.safeParse(profile?.data.audience)
  const all = read.success ? read.data : []
  return <T>(dimension: string, shown: (value: string, percent: number) => T): T[] | null => {
    const found = all.filter((one) => one.dimension === dimension).sort((a, b) => b.share - a.share)
    return found.length === 0
      ? null
      : found.map(({ value, share: part }) => shown(value, Math.round(part * 10_000) / 100))
  }
}

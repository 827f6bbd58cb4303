/** Profiles: who a creator is on a platform (product IDENTITY). */
import { defineOperation } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { z } from 'zod'
import type { Database } from '../storage/database.ts'
import { ACCOUNT } from '../storage/metrics.ts'
import {
  countUnifiedAccounts,
  findProfiles,
  findUnifiedAccount,
  listUnifiedAccounts,
  type UnifiedAccount,
} from '../storage/unified-accounts.ts'
import { findProfile, type StoredProfile } from '../storage/videos.ts'
import type { UnifiedContext, UnifiedHandlers } from './context.ts'
import { history, historyOf, historyQuery } from './history.ts'
import { wordsOf } from './platform-fields.ts'
import { accountFilterOf, type LogoPlace, mustFindAccount, referencesOf } from './references.ts'
import { askForReading } from './refresh.ts'
import { notFound } from './refusals.ts'
import { idParam, listOf, ofAccount, pageOf, pageQuery, refreshBody, source, time } from './wire.ts'

const text = z.string().nullable()
const count = z.number().nullable()
const named = (...names: string[]) =>
  z.array(z.object(Object.fromEntries(names.map((name) => [name, text])))).nullable()

const profile = z
  .object({
    ...ofAccount,
    username: text,
    platform_username: text,
    full_name: text,
    first_name: text,
    last_name: text,
    nick_name: text,
    url: text,
    introduction: text,
    image_url: text,
    date_of_birth: text,
    external_id: text,
    platform_account_type: text,
    category: text,
    website: text,
    reputation: z.object({
      follower_count: count,
      following_count: count,
      subscriber_count: count,
      paid_subscriber_count: count,
      content_count: count,
      content_group_count: count,
      watch_time_in_hours: count,
      average_open_rate: count,
      average_click_rate: count,
      like_count: count,
      connection_count: count,
    }),
    emails: named('type', 'email_id'),
    phone_numbers: named('type', 'phone_number'),
    addresses: named('type', 'address'),
    gender: z.enum(['MALE', 'FEMALE', 'OTHER', 'UNSPECIFIED']).nullable(),
    country: text,
    platform_profile_name: text,
    platform_profile_id: text,
    platform_profile_published_at: time.nullable(),
    is_verified: z.boolean().nullable(),
    is_business: z.boolean().nullable(),
    work_experiences: z
      .array(
        z.object({
          title: text,
          company: z
            .object({
              name: text,
              industries: z.array(z.string()).nullable(),
              logo_url: text,
              employee_count: count,
            })
            .nullable(),
          description: text,
          time_period: text,
          location: text,
        }),
      )
      .nullable(),
    education: named('degree', 'field_study', 'grade', 'school', 'description', 'time_period', 'activities'),
    publications: named('name', 'publisher', 'description', 'url', 'date'),
    certifications: named('name', 'id', 'url', 'authority', 'time_period'),
    volunteer_experiences: named('role', 'organization', 'cause', 'description', 'time_period'),
    honors: named('title', 'issuer', 'description', 'date'),
    projects: named('title', 'description', 'url', 'time_period'),
    source,
  })
  .meta({ id: 'Profile' })

const params = z.object({ profile_id: idParam })

export const profileOperations = [
  defineOperation({
    id: 'profiles.list',
    method: 'GET',
    path: '/v1/profiles',
    summary: 'List profiles',
    scope: 'accounts:read',
    query: pageQuery.extend({
      account_id: idParam.optional(),
      user_id: idParam.optional(),
      work_platform_id: idParam.optional(),
    }),
    answer: listOf(profile),
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'profiles.get',
    method: 'GET',
    path: '/v1/profiles/{profile_id}',
    summary: 'Read a profile',
    scope: 'accounts:read',
    params,
    answer: profile,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'profiles.metrics',
    method: 'GET',
    path: '/v1/profiles/{profile_id}/metrics',
    summary: "Read the history of a profile's counters",
    scope: 'accounts:read',
    params,
    query: historyQuery,
    answer: history,
    status: 200,
    errors: {},
  }),
  defineOperation({
    id: 'profiles.refresh',
    method: 'POST',
    path: '/v1/profiles/refresh',
    summary: 'Have a profile read soon',
    description: 'A webhook tells when it has changed.',
    scope: 'accounts:write',
    body: refreshBody,
    answer: refreshBody,
    status: 200,
    idempotency: 'natural',
    errors: { account_not_connected: { status: 409, title: 'The account is not connected' } },
  }),
] as const

export function profileHandlers(parts: {
  db: Database
  clock: Clock
  publicUrl: string
}): UnifiedHandlers<typeof profileOperations> {
  const { db } = parts
  const must = async (context: UnifiedContext, profileId: string) => {
    const account = await findUnifiedAccount(db, context.scope, { profileId })
    const found = account === undefined ? undefined : await findProfile(db, account.accountId)
    if (account === undefined || found === undefined) throw notFound('profile')
    return { account, found }
  }
  return {
    'profiles.list': async ({ query }, context) => {
      if (query.account_id !== undefined) await mustFindAccount(db, context.scope, query.account_id)
      const filter = {
        ...(await accountFilterOf(db, context.scope, query)),
        id: query.account_id,
        withProfile: true,
      }
      return pageOf(context, query, {
        list: async (slice) => {
          const accounts = await listUnifiedAccounts(db, context.scope, filter, slice)
          const profiles = await findProfiles(
            db,
            accounts.map(({ accountId }) => accountId),
          )
          // One that was erased since the page was found is left out.
          return accounts.flatMap((account) => {
            const found = profiles.get(account.accountId)
            return found === undefined ? [] : [{ account, found }]
          })
        },
        count: () => countUnifiedAccounts(db, context.scope, filter),
        place: ({ account: { createdAt, id } }) => ({ at: createdAt, id }),
        toItem: ({ account, found }) => profileToWire(account, found, parts, context),
      })
    },

    'profiles.get': async ({ params: { profile_id } }, context) => {
      const { account, found } = await must(context, profile_id)
      return profileToWire(account, found, parts, context)
    },

    'profiles.metrics': async ({ params: { profile_id }, query }, context) => {
      const { account } = await must(context, profile_id)
      return historyOf(parts, { accountId: account.accountId, contentId: ACCOUNT }, query, context)
    },

    'profiles.refresh': async ({ body }, context) => {
      await askForReading(parts, await mustFindAccount(db, context.scope, body.account_id))
      return body
    },
  }
}

function profileToWire(
  account: UnifiedAccount,
  found: StoredProfile,
  place: LogoPlace,
  context: Pick<UnifiedContext, 'asks' | 'time'>,
) {
  const said = wordsOf(account.platform).profile(found.data)
  const username = said.username ?? account.username
  return {
    id: account.profileId,
    created_at: context.time(account.createdAt),
    updated_at: context.time(found.readAt),
    ...referencesOf(account, place),
    username,
    platform_username: username,
    full_name: said.fullName ?? account.displayName,
    first_name: null,
    last_name: null,
    nick_name: null,
    url: said.url ?? null,
    introduction: said.introduction ?? null,
    image_url: said.imageUrl ?? account.avatarUrl,
    date_of_birth: null,
    external_id: account.externalId,
    platform_account_type: null,
    category: null,
    website: said.website ?? null,
    reputation: {
      follower_count: said.followers ?? null,
      following_count: said.following ?? null,
      subscriber_count: null,
      paid_subscriber_count: null,
      content_count: said.contents ?? null,
      content_group_count: null,
      watch_time_in_hours: null,
      average_open_rate: null,
      average_click_rate: null,
      like_count: said.likes ?? null,
      connection_count: null,
    },
    emails: null,
    phone_numbers: null,
    addresses: null,
    gender: null,
    country: null,
    platform_profile_name: said.fullName ?? account.displayName,
    platform_profile_id: account.externalId,
    platform_profile_published_at: null,
    is_verified: said.isVerified ?? null,
    is_business: null,
    work_experiences: null,
    education: null,
    publications: null,
    certifications: null,
    volunteer_experiences: null,
    honors: null,
    projects: null,
    ...(context.asks('source')
      ? { source: { call: found.sourceCall, read_at: context.time(found.readAt) } }
      : {}),
  }
}

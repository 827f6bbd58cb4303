import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const statuses = ['connected', 'reauthorization_required', 'disconnected', 'erased'] as const

const capability = z
  .object({
    available: z.boolean(),
    reason: z
      .enum(['scope_missing', 'not_supported', 'reauthorization_required', 'disconnected', 'erased'])
      .nullable()
      .meta({ description: 'Why it is not available' }),
    scope: z.string().meta({ description: 'What the creator must grant for it' }),
  })
  .meta({ id: 'Capability' })

const connectedAccount = z
  .object({
    id: idOf('acc'),
    app_id: idOf('app'),
    platform: z.string(),
    external_id: z.string().meta({ description: "The creator's id for the app: TikTok's open_id" }),
    external_user_id: z.string().nullable(),
    username: z.string().nullable(),
    display_name: z.string().nullable(),
    avatar_url: z.string().nullable(),
    status: z.enum(statuses),
    status_reason: z.string().nullable(),
    scopes: z.array(z.string()),
    missing_scopes: z.array(z.string()).meta({ description: 'Asked for and not granted' }),
    capabilities: z.object({
      direct_post: capability,
      drafts: capability,
      display: capability,
      profile: capability,
      stats: capability,
    }),
    connected_at: moment,
    changed_at: moment,
  })
  .meta({ id: 'ConnectedAccount' })

const consent = z
  .object({
    id: idOf('con'),
    scopes_asked: z.array(z.string()),
    scopes_granted: z.array(z.string()),
    granted_at: moment,
    expires_at: moment
      .nullable()
      .meta({ description: 'When it runs out by itself; moves with every refresh' }),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    ended_at: moment.nullable(),
    end_reason: z.string().nullable(),
  })
  .meta({ id: 'Consent' })

const erasureReport = z
  .object({
    account_id: idOf('acc'),
    erased_at: moment,
    grant_at_tiktok: z.enum(['revoked', 'already_gone', 'none', 'not_revoked']),
    revocation_failure: z.string().nullable(),
    erased: z.object({
      token_pairs: z.int(),
      profile_fields: z.int(),
      consents_anonymised: z.int(),
      connect_sessions: z.int(),
      posts: z.int(),
      videos: z.int(),
      metric_points: z.int(),
      shop_records: z.int().meta({ description: "What was read of a seller's shops" }),
      assets: z.int(),
      asset_bytes: z.int(),
    }),
  })
  .meta({ id: 'ErasureReport' })

const params = z.object({ account_id: idOf('acc') })

const listConnectedAccounts = defineOperation({
  id: 'connectedAccounts.list',
  method: 'GET',
  path: '/v1/connected-accounts',
  summary: 'List connected accounts',
  description: 'Erased ones are left out unless asked for by `status`.',
  scope: 'accounts:read',
  query: pageQuery.extend({
    app_id: idOf('app').optional(),
    status: z.enum(statuses).optional(),
    external_user_id: z.string().max(255).optional(),
  }),
  answer: pageOf(connectedAccount),
  status: 200,
  errors: {},
})

const getConnectedAccount = defineOperation({
  id: 'connectedAccounts.get',
  method: 'GET',
  path: '/v1/connected-accounts/{account_id}',
  summary: 'Read a connected account and what can be done with it',
  scope: 'accounts:read',
  params,
  answer: connectedAccount,
  status: 200,
  errors: {},
})

const listConsents = defineOperation({
  id: 'connectedAccounts.listConsents',
  method: 'GET',
  path: '/v1/connected-accounts/{account_id}/consents',
  summary: 'List what a creator agreed to, and when',
  scope: 'accounts:read',
  params,
  query: pageQuery,
  answer: pageOf(consent),
  status: 200,
  errors: {},
})

const disconnectAccount = defineOperation({
  id: 'connectedAccounts.disconnect',
  method: 'POST',
  path: '/v1/connected-accounts/{account_id}/disconnect',
  summary: 'Revoke the grant at TikTok and forget the tokens',
  description: 'When TikTok cannot be reached nothing changes and the answer is 502.',
  scope: 'accounts:write',
  params,
  answer: connectedAccount,
  status: 200,
  idempotency: 'natural',
  errors: {},
})

const eraseAccount = defineOperation({
  id: 'connectedAccounts.erase',
  method: 'DELETE',
  path: '/v1/connected-accounts/{account_id}',
  summary: 'Erase tokens, personal data and media',
  description:
    'Revokes at TikTok first where that is possible, and erases in any case. A tombstone stays: id, app, dates, and what was agreed to when.',
  scope: 'accounts:write',
  params,
  answer: erasureReport,
  status: 200,
  errors: {},
})

export const connectedAccountOperations = [
  listConnectedAccounts,
  getConnectedAccount,
  listConsents,
  disconnectAccount,
  eraseAccount,
] as const

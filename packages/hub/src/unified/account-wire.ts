/** Accounts as they are shown, with how far the reading of each product is. */
import { z } from 'zod'
import type { UnifiedAccount } from '../storage/unified-accounts.ts'
import type { UnifiedContext } from './context.ts'
import { type LogoPlace, userRefOf, workPlatformRefOf } from './references.ts'
import { time, userRef, uuid, workPlatformRef } from './wire.ts'
import { type Supported, type WorkPlatform, workPlatformOf } from './work-platforms.ts'

export const MONITORING = ['STANDARD', 'ON_DEMAND'] as const
type Monitoring = (typeof MONITORING)[number]

const STATUSES = ['SYNCED', 'IN_PROGRESS', 'NOT_SYNCED', 'PARTIAL_SYNCED', 'NOT_SUPPORTED'] as const
type ProductStatus = (typeof STATUSES)[number]

const product = z.object({
  status: z.enum(STATUSES),
  monitor_type: z.enum(MONITORING),
  last_sync_at: time.nullable(),
})
const window = { refresh_since: time.nullable(), data_available_from: time.nullable() }

const capability = z.object({ available: z.boolean(), reason: z.string().nullable() })

export const account = z
  .object({
    id: uuid,
    created_at: time,
    updated_at: time,
    user: userRef,
    work_platform: workPlatformRef,
    username: z.string().nullable(),
    platform_username: z.string().nullable(),
    profile_pic_url: z.string().nullable(),
    status: z.enum(['CONNECTED', 'NOT_CONNECTED', 'SESSION_EXPIRED']),
    platform_profile_name: z.string().nullable(),
    platform_profile_id: z.string().nullable(),
    platform_profile_published_at: time.nullable(),
    disconnection_source: z.string().nullable(),
    data: z.object({
      identity: product.extend({ audience: product }),
      engagement: product.extend({ ...window, audience: product.extend(window) }),
      publish: z.object({ status: z.enum(STATUSES) }).optional(),
    }),
    capabilities: z
      .object({
        identity: capability,
        engagement: capability,
        audience: capability,
        comments: capability,
        income: capability,
        publish_content: capability,
      })
      .optional()
      .meta({ description: 'With `Tockwork-Extend: capabilities`' }),
    connected_account_id: z
      .string()
      .optional()
      .meta({ description: "The hub's own id, with `Tockwork-Extend: source`" }),
  })
  .meta({ id: 'Account' })

export const disconnected = account
  .pick({ id: true, created_at: true, updated_at: true, user: true, work_platform: true, status: true })
  .meta({ id: 'DisconnectedAccount' })

const STATUS = {
  connected: 'CONNECTED',
  reauthorization_required: 'SESSION_EXPIRED',
  disconnected: 'NOT_CONNECTED',
  erased: 'NOT_CONNECTED',
} as const

/** What a reading of a profile leaves out, by the hub's names of its parts. */
const PROFILE_PARTS = ['basic', 'profile', 'stats'] as const
const DAY_MS = 86_400_000
/** How far back an ordinary reading goes. */
const WINDOW_MS = 30 * DAY_MS

export function accountToWire(row: UnifiedAccount, place: LogoPlace, context: UnifiedContext) {
  const { time: at } = context
  const platform = workPlatformOf(row.platform)
  return {
    id: row.id,
    created_at: at(row.createdAt),
    updated_at: at(row.updatedAt),
    user: userRefOf(row),
    work_platform: workPlatformRefOf(platform, place),
    username: row.username,
    platform_username: row.username,
    profile_pic_url: row.avatarUrl,
    status: STATUS[row.status],
    platform_profile_name: row.displayName,
    platform_profile_id: row.externalId,
    platform_profile_published_at: null,
    disconnection_source: row.disconnectionSource,
    data: productsToWire(row, platform, context),
    ...(context.asks('capabilities') ? { capabilities: capabilitiesToWire(row, platform) } : {}),
    ...(context.asks('source') ? { connected_account_id: row.accountId } : {}),
  }
}

function productsToWire(row: UnifiedAccount, platform: WorkPlatform, { timeOrNull: at }: UnifiedContext) {
  const { sync } = row
  const completedAt = sync?.completedAt ?? null
  const monitored = (name: string): { monitor_type: Monitoring } => ({
    monitor_type: row.monitoring[name] === 'ON_DEMAND' ? 'ON_DEMAND' : 'STANDARD',
  })
  const unsupported = (name: string) => ({
    status: 'NOT_SUPPORTED' as const,
    ...monitored(name),
    last_sync_at: null,
  })
  const publishes = platform.supports.has('publish_content') && platform.canPublish(row.scopes)
  return {
    identity: {
      status: identityStatus(row),
      ...monitored('identity'),
      last_sync_at: at(row.profileReadAt),
      audience: platform.supports.has('identity.audience')
        ? {
            status: isGranted(row, platform, 'identity.audience')
              ? identityStatus(row)
              : ('NOT_SYNCED' as const),
            ...monitored('identity.audience'),
            last_sync_at: at(row.profileReadAt),
          }
        : unsupported('identity.audience'),
    },
    engagement: {
      status: isGranted(row, platform, 'engagement') ? engagementStatus(row) : ('NOT_SYNCED' as const),
      ...monitored('engagement'),
      last_sync_at: at(completedAt),
      refresh_since: at(completedAt === null ? null : completedAt - WINDOW_MS),
      data_available_from: at(row.oldestContentAt),
      audience: { ...unsupported('engagement.audience'), refresh_since: null, data_available_from: null },
    },
    ...(row.products.includes('PUBLISH.CONTENT')
      ? { publish: { status: publishes ? ('SYNCED' as const) : ('NOT_SYNCED' as const) } }
      : {}),
  }
}

/** Whether the creator left out the scope that it needs. */
function isGranted({ scopes }: UnifiedAccount, { needs }: WorkPlatform, what: Supported): boolean {
  const scope = needs?.[what]
  return scope === undefined || scopes.includes(scope)
}

function identityStatus({ profileReadAt, sync }: UnifiedAccount): ProductStatus {
  const left = PROFILE_PARTS.filter((part) => sync?.skipped.includes(part))
  if (profileReadAt !== null) return left.length === 0 ? 'SYNCED' : 'PARTIAL_SYNCED'
  return left.length < PROFILE_PARTS.length && isGoingToBeRead(sync) ? 'IN_PROGRESS' : 'NOT_SYNCED'
}

function engagementStatus({ sync }: UnifiedAccount): ProductStatus {
  if (sync === null || sync.skipped.includes('videos')) return 'NOT_SYNCED'
  if (sync.completedAt !== null) return 'SYNCED'
  return isGoingToBeRead(sync) ? 'IN_PROGRESS' : 'NOT_SYNCED'
}

function isGoingToBeRead(sync: UnifiedAccount['sync']): boolean {
  return sync !== null && (sync.dueAt !== null || sync.leaseUntil !== null)
}

function capabilitiesToWire(row: UnifiedAccount, platform: WorkPlatform) {
  const skipped = row.sync?.skipped ?? []
  const able = (supported: boolean, granted: boolean) => {
    const reason = !supported
      ? 'not_supported'
      : row.status !== 'connected'
        ? row.status
        : granted
          ? null
          : 'scope_missing'
    return { available: reason === null, reason }
  }
  const { supports } = platform
  return {
    identity: able(supports.has('identity'), !skipped.includes('basic')),
    engagement: able(
      supports.has('engagement'),
      !skipped.includes('videos') && isGranted(row, platform, 'engagement'),
    ),
    audience: able(supports.has('identity.audience'), isGranted(row, platform, 'identity.audience')),
    comments: able(supports.has('comments'), isGranted(row, platform, 'comments')),
    income: able(supports.has('income'), true),
    publish_content: able(supports.has('publish_content'), platform.canPublish(row.scopes)),
  }
}

/** What accounts, readings and publications go through, as thin events of the unified API. */
import type { Clock, Random } from '@tockwork/kernel'
import { newId } from '../ids.ts'
import type { OnPostMoved } from '../publishing/post-events.ts'
import { findAccount } from '../storage/accounts.ts'
import type { AppEnvironment } from '../storage/apps.ts'
import type { Transaction } from '../storage/database.ts'
import { type AccountBond, deleteBond, setDisconnectionSource } from '../storage/unified-accounts.ts'
import { findPublicationOfPost, touchPublication } from '../storage/unified-publications.ts'
import { deleteUser, findUser } from '../storage/unified-users.ts'
import { hasWebhooks, listeningWebhooks } from '../storage/unified-webhooks.ts'
import type { UnitOfWork, Work } from '../storage/unit-of-work.ts'
import { findProfile, findVideos } from '../storage/videos.ts'
import { insertDelivery } from '../storage/webhook-deliveries.ts'
import { insertWebhookEvent, lockOrder } from '../storage/webhook-events.ts'
import type { ReadAbout, ReadingObserver } from '../sync/run-sync.ts'
import type { OnAccountEvent } from '../tokens/account-events.ts'
import { DELIVER_WEBHOOKS } from '../webhooks/record-event.ts'
import type { UnifiedEvent } from '../webhooks/unified-format.ts'
import { bondOf } from './bind-account.ts'
import { differs } from './platform-fields.ts'
import { publicationStatus } from './publication-state.ts'
import { naiveTime } from './times.ts'
import { contentId } from './uuid.ts'

interface TellParts {
  clock: Clock
  random: Random
}

export interface UnifiedNews {
  workspaceId: string
  environment: AppEnvironment
  /** Whose it is, as the hub names them: events of one account are told in their order. */
  accountId: string | null
  type: string
  data: Record<string, unknown>
  at: number
}

/**
 * Writes an event down for every webhook that wants it, and the jobs that send it. Call it late in the transaction: the
 * order of the account's events is held from here to the commit.
 */
export async function recordNews(work: Work, news: UnifiedNews, { clock, random }: TellParts): Promise<void> {
  const webhooks = await listeningWebhooks(work.tx, news)
  if (webhooks.length === 0) return
  const lane = news.accountId ?? news.workspaceId
  await lockOrder(work.tx, lane)
  const { workspaceId, type, accountId, data } = news
  const event = { id: newId('evt', clock, random), workspaceId, type, accountId, data, createdAt: news.at }
  await insertWebhookEvent(work.tx, event)
  const now = clock.now()
  for (const { id: endpointId, dead } of webhooks) {
    const id = newId('dlv', clock, random)
    await insertDelivery(work.tx, { id, endpointId, lane, event, dead, now })
    if (!dead) await work.enqueue(DELIVER_WEBHOOKS, { endpointId, lane }, { key: id })
  }
}

const ACCOUNT_EVENTS = {
  'account.connected': 'ACCOUNTS.CONNECTED',
  'account.reauthorization_required': 'SESSION.EXPIRED',
  'account.disconnected': 'ACCOUNTS.DISCONNECTED',
  'account.erased': 'ACCOUNTS.REMOVED',
} as const

/** For whatever changes accounts: gives each a user, and takes the user's bond away with an erasure. */
export function tellOfCreators(parts: TellParts): OnAccountEvent {
  return async (work, { type, workspaceId, accountId, at }) => {
    const { tx } = work
    const isConnecting = type === 'account.connected'
    const bond = await bondOf(tx, { workspaceId, accountId, now: at }, parts.random, isConnecting)
    if (bond === undefined) return
    if (isConnecting) await setDisconnectionSource(tx, accountId, null, at)
    if (type === 'account.disconnected') await setDisconnectionSource(tx, accountId, 'DEVELOPER_API', at)
    await tell(work, bond, { type: ACCOUNT_EVENTS[type], at }, parts)
    if (type !== 'account.erased') return
    await deleteBond(tx, accountId)
    const user = await findUser(tx, { workspaceId, environment: undefined }, bond.userId)
    // One that the hub made for this account alone says nothing any more.
    if (user?.implicit === true) await deleteUser(tx, workspaceId, user.id)
  }
}

/** For whatever moves posts: those that were published through the unified API. */
export function tellOfPublications(parts: TellParts): OnPostMoved {
  return async (work, { before, post }) => {
    const status = publicationStatus(post)
    if (before !== undefined && publicationStatus(before) === status) return
    const publication = await findPublicationOfPost(work.tx, post.id)
    if (publication === undefined) return
    await touchPublication(work.tx, publication.id, post.changedAt)
    if (status === 'IN_PROGRESS') return
    const { workspaceId, accountId, changedAt: at } = post
    const bond = await bondOf(work.tx, { workspaceId, accountId, now: at }, parts.random)
    if (bond === undefined) return
    const type = `CONTENTS.PUBLISH_${status}` as const
    await tell(work, bond, { type, at, data: { publish_id: publication.id } }, parts)
  }
}

/** Most items of one event. */
const MOST_ITEMS = 100

/** For the reading of accounts: what came for the first time, and what changed. */
export function tellOfReadings(parts: TellParts & { unitOfWork: UnitOfWork }): ReadingObserver {
  /** Whose it is and where; nothing when nobody listens, which costs a reading one look. */
  const whose = async (tx: Transaction, about: ReadAbout) => {
    if (!(await hasWebhooks(tx, about.workspaceId))) return undefined
    const bond = await bondOf(tx, { ...about, now: about.readAt }, parts.random)
    const account = await findAccount(tx, about.workspaceId, about.accountId)
    return bond === undefined || account === undefined ? undefined : { bond, platform: account.platform }
  }
  return {
    unitOfWork: parts.unitOfWork,

    profile: async (work, about, data) => {
      const found = await whose(work.tx, about)
      if (found === undefined) return
      const { bond, platform } = found
      const before = await findProfile(work.tx, about.accountId)
      if (before !== undefined && !differs(platform, before.data, data)) return
      const type = before === undefined ? 'PROFILES.ADDED' : 'PROFILES.UPDATED'
      await tell(work, bond, { type, at: about.readAt, data: { profile_id: bond.profileId } }, parts)
    },

    videos: async (work, about, videos) => {
      const found = await whose(work.tx, about)
      if (found === undefined) return
      const { bond, platform } = found
      const ids = videos.map(({ videoId }) => videoId)
      const known = new Map(
        (await findVideos(work.tx, about.accountId, ids)).map((video) => [video.videoId, video]),
      )
      const added: string[] = []
      const updated: string[] = []
      for (const { videoId, data } of videos) {
        const before = known.get(videoId)
        if (before === undefined) added.push(videoId)
        else if (before.goneAt !== null || differs(platform, before.data, data)) updated.push(videoId)
      }
      for (const [type, items] of [
        ['CONTENTS.ADDED', added],
        ['CONTENTS.UPDATED', updated],
      ] as const)
        for (let from = 0; from < items.length; from += MOST_ITEMS) {
          const shown = items.slice(from, from + MOST_ITEMS).map((id) => contentId(about.accountId, id))
          await tell(work, bond, { type, at: about.readAt, data: { items: shown } }, parts)
        }
    },

    // Of the contents, not the comments: whoever hears of it lists those.
    comments: async (work, about, { added, updated }) => {
      const found = await whose(work.tx, about)
      if (found === undefined) return
      for (const [type, items] of [
        ['CONTENTS_COMMENTS.ADDED', added],
        ['CONTENTS_COMMENTS.UPDATED', updated],
      ] as const) {
        if (items.length === 0) continue
        const shown = items.map((id) => contentId(about.accountId, id))
        await tell(work, found.bond, { type, at: about.readAt, data: { items: shown } }, parts)
      }
    },
  }
}

async function tell(
  work: Work,
  bond: AccountBond,
  { type, at, data = {} }: { type: UnifiedEvent; at: number; data?: Record<string, unknown> },
  parts: TellParts,
): Promise<void> {
  const { workspaceId, accountId, userId, id } = bond
  const user = await findUser(work.tx, { workspaceId, environment: undefined }, userId)
  const whose = { account_id: id, user_id: userId, last_updated_time: naiveTime(at) }
  const environment = user?.environment ?? 'production'
  await recordNews(
    work,
    { workspaceId, environment, accountId, type, data: { ...whose, ...data }, at },
    parts,
  )
}

/** Tells several of the same thing, one after the other in one transaction. */
export function inTurn<T>(
  ...listeners: readonly ((work: Work, what: T) => Promise<void>)[]
): (work: Work, what: T) => Promise<void> {
  return async (work, what) => {
    for (const listener of listeners) await listener(work, what)
  }
}

import type { ResultOf } from '../data/api.ts'
import type { Tone } from '../ui/show.tsx'

export type Account = ResultOf<'connectedAccounts.get'>

export const ACCOUNT_STATUS: Readonly<Record<Account['status'], { name: string; tone: Tone }>> = {
  connected: { name: 'Connected', tone: 'good' },
  reauthorization_required: { name: 'Connect again', tone: 'bad' },
  disconnected: { name: 'Disconnected', tone: 'calm' },
  erased: { name: 'Erased', tone: 'calm' },
}

export const CAPABILITIES: readonly (readonly [keyof Account['capabilities'], string, string])[] = [
  ['direct_post', 'Post to the profile', 'Videos and photos appear without the creator doing more'],
  ['drafts', 'Send drafts', 'Into the inbox, where the creator finishes them'],
  ['display', 'Read videos', 'The public videos with their counters'],
  ['profile', 'Read the profile', 'Bio, link, verification'],
  ['stats', 'Read the account’s counters', 'Followers, likes, number of videos'],
]

const REASONS: Readonly<Record<string, string>> = {
  removed_by_creator: 'The creator removed the app at TikTok.',
  refresh_answer_lost: 'The answer to a renewal got lost, and TikTok no longer takes the earlier token.',
  tiktok_account_deleted: 'The TikTok account was deleted.',
  disconnected_by_us: 'It was disconnected here.',
}

export function accountName(
  account: Pick<Account, 'display_name' | 'username' | 'external_id' | 'status'>,
): string {
  if (account.status === 'erased') return 'An erased account'
  return account.display_name ?? account.username ?? account.external_id
}

export function statusReason(account: Account): string | undefined {
  if (account.status_reason === null) return undefined
  return REASONS[account.status_reason] ?? account.status_reason.replaceAll('_', ' ')
}

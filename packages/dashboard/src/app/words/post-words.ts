/** What a post is doing, why, and what somebody can do about it, in plain words. */
import type { ResultOf } from '../data/api.ts'
import type { Tone } from '../ui/show.tsx'

export type Post = ResultOf<'posts.list'>['data'][number]
export type PostState = Post['state']

const STATES: Readonly<Record<PostState, { name: string; tone: Tone }>> = {
  accepted: { name: 'Accepted', tone: 'busy' },
  waiting_for_approval: { name: 'Waits for approval', tone: 'warn' },
  rejected: { name: 'Rejected', tone: 'bad' },
  waiting_for_time: { name: 'Scheduled', tone: 'calm' },
  waiting_for_rate: { name: 'Waits for a limit', tone: 'warn' },
  checking: { name: 'Being checked', tone: 'busy' },
  media_blocked: { name: 'Held for its media', tone: 'bad' },
  initialising: { name: 'Starting', tone: 'busy' },
  uploading: { name: 'Uploading', tone: 'busy' },
  processing: { name: 'Processing', tone: 'busy' },
  in_inbox: { name: 'In the inbox', tone: 'good' },
  published: { name: 'Published', tone: 'good' },
  failed: { name: 'Failed', tone: 'bad' },
  cancelled: { name: 'Cancelled', tone: 'calm' },
  needs_attention: { name: 'Needs a decision', tone: 'bad' },
}

export const STATE_NAMES = Object.entries(STATES).map(
  ([state, { name }]) => [state as PostState, name] as const,
)

export function stateOf(post: Pick<Post, 'state' | 'scheduled_at' | 'slot_at' | 'next_step_at'>): {
  name: string
  tone: Tone
} {
  return STATES[post.state] ?? { name: post.state, tone: 'calm' }
}

const REASONS: Readonly<Record<string, string>> = {
  queue_paused: 'The queue of this account is paused. Resume it, and the post moves to the next slot.',
  media_fetch: 'What its addresses give is being fetched, so that it can be looked at.',
  media_look:
    'The file is being looked at: what is in it, whether it was posted before, whether it carries a mark.',
  init_outcome_unknown:
    'The answer to the request got lost, and TikTok may have posted it. Look at the profile, then say below what happened.',
  never_finished:
    'TikTok has not finished it within a day. Look at the profile, then say below what happened.',
  spam_risk_too_many_posts:
    'This account has posted as much as TikTok allows in 24 hours. It goes out by itself when there is room.',
  spam_risk_too_many_pending_share:
    'Five drafts wait in the creator’s inbox, which is as many as TikTok keeps. It goes out when one was posted or has expired.',
  reached_active_user_cap:
    'As many creators as TikTok allows have posted through this app today. It goes out tomorrow by itself.',
  reconnect: 'The creator has to connect the account again.',
  scope: 'The creator has not granted what this needs; connect the account again and grant it.',
  credentials: 'TikTok refuses the app’s own key or secret. Check them under Settings.',
}

/** Why nothing happens at this moment; undefined where nothing holds it up. */
export function whyWaiting(post: Post): string | undefined {
  const reason = post.state_reason
  if (reason?.startsWith('window:') === true)
    return `TikTok allows only so many calls a minute, and the window of ${reason.slice(7)} is full. It goes on by itself.`
  if (reason !== null && reason !== '') return REASONS[reason] ?? `It waits and tries again: ${reason}.`
  switch (post.state) {
    case 'waiting_for_approval':
      return 'Somebody who may approve posts has to say yes.'
    case 'rejected':
      return 'It rests until it is changed, which asks for approval again, or cancelled.'
    case 'waiting_for_time':
      return post.slot_at === null ? 'It waits for its time.' : 'It waits for its slot in the queue.'
    case 'media_blocked':
      return 'Its media were found fault with; TikTok was not asked. Change the file, overrule the finding, or cancel it.'
    case 'in_inbox':
      return 'The creator finishes it in TikTok: Inbox, System notifications.'
    default:
      return undefined
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  created: 'Asked for',
  scheduled: 'Scheduled',
  due: 'Its time came',
  wait_over: 'The wait was over',
  checked: 'Checked',
  window_full: 'A limit was reached',
  init_answered: 'TikTok took the request',
  upload_done: 'The file was sent',
  publish_complete: 'TikTok published it',
  sent_to_inbox: 'Put into the creator’s inbox',
  init_answer_lost: 'TikTok’s answer got lost',
  never_finished: 'TikTok did not finish it',
  media_blocked: 'Held because of its media',
  media_overruled: 'Findings in its media were overruled',
  cancelled_by_caller: 'Cancelled',
  cancel_came_too_late: 'It was too late to cancel',
  changed: 'Changed',
  rescheduled: 'Moved to another time',
  moved_in_queue: 'Moved in the queue',
  queue_paused: 'The queue was paused',
  approved: 'Approved',
  rejected: 'Rejected',
  retried: 'Tried again',
  found_among_videos: 'Found among the creator’s videos',
  person_said_it_happened: 'Somebody said that it was posted',
  person_said_it_did_not_happen: 'Somebody said that it was not posted',
}

/** A cause that is no word of ours is the code of a refusal, which the detail beside it explains. */
export function causeName(cause: string, to: PostState): string {
  return CAUSES[cause] ?? STATES[to]?.name ?? cause.replaceAll('_', ' ')
}

/** When it goes out, or went out; null where nobody knows. */
export function timeOf(post: Post): string | null {
  return post.published_at ?? post.slot_at ?? post.scheduled_at ?? post.next_step_at
}

export function titleOf(post: Post): string {
  const title = post.options.title?.trim() || post.options.description?.trim()
  return title || (post.kind === 'photo' ? 'Photos without a title' : 'Video without a caption')
}

export const KINDS: Readonly<Record<Post['kind'], string>> = { video: 'Video', photo: 'Photos', text: 'Text' }

const UNSENT: ReadonlySet<PostState> = new Set([
  'accepted',
  'waiting_for_approval',
  'rejected',
  'waiting_for_time',
  'waiting_for_rate',
  'checking',
  'media_blocked',
])

/** TikTok was not asked yet: it can be moved and changed. */
export function isUnsent({ state }: Pick<Post, 'state'>): boolean {
  return UNSENT.has(state)
}

const FINAL: ReadonlySet<PostState> = new Set([
  'published',
  'failed',
  'cancelled',
  'in_inbox',
  'needs_attention',
])

export function canCancel(post: Pick<Post, 'state' | 'cancel_requested'>): boolean {
  return !FINAL.has(post.state) && !post.cancel_requested
}

/** What the page says about a post that was submitted, in words for the creator. */
import type { Post } from '../publishing/post.ts'
import type { PostState } from '../publishing/post-states.ts'

export interface StatusWords {
  /** Decides about colour and picture. */
  tone: 'busy' | 'waiting' | 'good' | 'bad'
  title: string
  text: string
  /** Nothing more happens by itself. */
  final: boolean
}

/** @param name how people know the creator */
export function statusWords(post: Post, name: string): StatusWords {
  const words = WORDS[post.state]
  return { ...words, text: words.text(post, name) }
}

type Words = Omit<StatusWords, 'text'> & { text: (post: Post, name: string) => string }

const MINUTES = 'It may take a few minutes until the post is processed and can be seen on the profile.'

const checking: Words = {
  tone: 'busy',
  title: 'Being checked',
  final: false,
  text: () => MINUTES,
}

const sending: Words = {
  tone: 'busy',
  title: 'On its way to TikTok',
  final: false,
  text: ({ uploadedBytes, upload }) => {
    const percent = upload === undefined ? 0 : Math.floor((100 * uploadedBytes) / upload.totalBytes)
    return percent === 0 ? MINUTES : `${percent} % are there. ${MINUTES}`
  },
}

const WORDS: Readonly<Record<PostState, Words>> = {
  accepted: checking,
  checking,
  waiting_for_time: {
    tone: 'waiting',
    title: 'Scheduled',
    final: true,
    text: () => 'It goes out at its time. You can close this page.',
  },
  waiting_for_approval: {
    tone: 'waiting',
    title: 'Waits for approval',
    final: true,
    text: () => 'Somebody of the team looks at it first. You can close this page.',
  },
  rejected: {
    tone: 'bad',
    title: 'Not approved',
    final: true,
    text: ({ decisionReason }) => decisionReason ?? 'Ask the team why.',
  },
  waiting_for_rate: {
    tone: 'waiting',
    title: 'Waits for TikTok',
    final: false,
    text: () => 'TikTok takes no more posts at this moment. It goes out by itself as soon as it does.',
  },
  media_blocked: {
    tone: 'bad',
    title: 'Held back',
    final: true,
    text: () => 'The video looks like one that was posted before, or carries somebody else’s mark.',
  },
  initialising: sending,
  uploading: sending,
  processing: {
    tone: 'busy',
    title: 'TikTok is processing it',
    final: false,
    text: () => MINUTES,
  },
  in_inbox: {
    tone: 'good',
    title: 'In the TikTok inbox',
    final: true,
    text: (_post, name) =>
      `Open TikTok as ${name}, tap the notification in the inbox, and finish the post there.`,
  },
  published: {
    tone: 'good',
    title: 'Published',
    final: true,
    text: ({ options }, name) =>
      options.privacyLevel === 'SELF_ONLY'
        ? `It is on the profile of ${name}, for their own eyes only.`
        : `It is on the profile of ${name}.`,
  },
  failed: {
    tone: 'bad',
    title: 'Not posted',
    final: true,
    text: ({ failDetail, failAction, failReason }) =>
      [failDetail ?? `TikTok says: ${failReason ?? 'no reason'}.`, failAction].filter(Boolean).join(' '),
  },
  cancelled: { tone: 'bad', title: 'Cancelled', final: true, text: () => 'Nothing was posted.' },
  needs_attention: {
    tone: 'bad',
    title: 'Not known whether it was posted',
    final: true,
    text: (_post, name) => `Look at the profile of ${name} in TikTok before you post it once more.`,
  },
}

/** Where a published post is seen; `undefined` while TikTok has not told, or shows it to nobody else. */
export function addressOf(post: Post, username: string | undefined): string | undefined {
  const [id] = post.postIds
  if (post.state !== 'published' || id === undefined || !username) return undefined
  const kind = post.kind === 'photo' ? 'photo' : 'video'
  return `https://www.tiktok.com/@${encodeURIComponent(username)}/${kind}/${id}`
}

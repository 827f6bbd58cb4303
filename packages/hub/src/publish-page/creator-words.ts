/** Why nothing can be posted to an account now, in words for the creator. */
import type { PageAccount } from './publish-sessions.ts'

export interface CannotPost {
  title: string
  text: string
  /** Whether it is worth asking TikTok once more. */
  again: boolean
  code: string
}

/** Undefined: it can be posted to. */
export function cannotPost({ asked, barred, account }: PageAccount): CannotPost | undefined {
  const name = account.displayName ?? account.username ?? 'This account'
  if (barred !== undefined)
    return barred.rule === 'not_connected'
      ? {
          code: barred.rule,
          title: 'The account is no longer connected',
          text: `Connect ${name} again, then open this page once more.`,
          again: false,
        }
      : {
          code: barred.rule,
          title: 'Posting was not allowed',
          text: `When ${name} was connected, posting was left out. Connect the account again and leave it ticked.`,
          again: false,
        }
  if (asked === undefined || asked.creator !== undefined) return undefined
  const code = asked.code ?? 'unknown'
  return { code, ...(WORDS[code] ?? (asked.error === undefined ? LATER : NOT_AGREED))(name) }
}

type Say = (name: string) => Omit<CannotPost, 'code'>

const LATER: Say = (name) => ({
  title: 'TikTok does not answer',
  text: `Without TikTok’s answer it is not known what ${name} may post. Please try again in a few minutes.`,
  again: true,
})

const NOT_AGREED: Say = (name) => ({
  title: 'TikTok does not allow it',
  text: `Connect ${name} again, then open this page once more.`,
  again: false,
})

const OFTEN: Say = () => ({
  title: 'One moment',
  text: 'TikTok was asked very often just now. Please try again in a minute.',
  again: true,
})

const WORDS: Readonly<Record<string, Say>> = {
  spam_risk_too_many_posts: (name) => ({
    title: 'No more posts for now',
    text: `${name} has reached the number of posts that TikTok takes in a day. Please try again later, or post in the TikTok app.`,
    again: true,
  }),
  spam_risk_user_banned_from_posting: (name) => ({
    title: 'TikTok does not let this account post',
    text: `Open TikTok as ${name}: it says there why, and until when. Please try again later.`,
    again: true,
  }),
  reached_active_user_cap: (name) => ({
    title: 'No more posts for now',
    text: `Today too many people have posted with this app for ${name} to post as well. Please try again tomorrow.`,
    again: true,
  }),
  window_full: OFTEN,
  rate_limit_exceeded: OFTEN,
  rate_limit_wait_too_long: OFTEN,
}

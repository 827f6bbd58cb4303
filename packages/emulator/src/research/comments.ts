/** Comments and replies of the made-up world. An id says which comment of which video it is. */
import type { ResearchComment } from '@tockwork/contracts/research'
import type { Corpus } from './corpus.ts'
import { mix, unit } from './mix.ts'
import { comments as texts } from './vocabulary.ts'

const BASE = 7_300_000_000_000_000_000n
/** Ids hold the video's number, the comment's and the reply's. */
const MOST = 1000

interface Found {
  comment: ResearchComment
  removed: boolean
}

function idOf(n: number, index: number, reply: number): string {
  return (BASE + (BigInt(n) << 20n) + (BigInt(index) << 10n) + BigInt(reply)).toString()
}

function partsOf(id: string): { n: number; index: number; reply: number } | undefined {
  if (!/^\d{1,19}$/.test(id)) return undefined
  const rest = BigInt(id) - BASE
  if (rest < 0n || rest >> 20n > 16_777_215n) return undefined
  return { n: Number(rest >> 20n), index: Number((rest >> 10n) & 1023n), reply: Number(rest & 1023n) }
}

/** The `index`th comment of a video, oldest first. */
export function comment(corpus: Corpus, n: number, index: number): Found {
  const h = mix(corpus.seed ^ 0xc0, n, index)
  return {
    // Some are removed: most soon, so that it does not depend on when one looks.
    removed: h % 25 === 0,
    comment: {
      id: idOf(n, index, 0),
      text: masked(texts[(h >>> 8) % texts.length] as string),
      video_id: corpus.id(n),
      parent_comment_id: corpus.id(n),
      like_count: Math.floor(Math.exp(unit(corpus.seed ^ 0xc1, n, index) * 8) - 1),
      reply_count: replyCount(corpus, n, index),
      create_time: corpus.createTime(n) + 60 + index * 7 + (h % 7),
      display_name: corpus.people.displayName(h % corpus.people.count),
    },
  }
}

/** Replies to a comment; nothing when there is no such comment. */
export function repliesTo(
  corpus: Corpus,
  id: string,
): { count: number; at: (index: number) => Found } | undefined {
  const parts = partsOf(id)
  if (parts === undefined || parts.reply !== 0 || parts.n >= corpus.size) return undefined
  const { n, index } = parts
  if (index >= Math.min(MOST, corpus.commentCount(n))) return undefined
  return {
    count: replyCount(corpus, n, index),
    at: (reply) => {
      const h = mix(corpus.seed ^ 0xc2, n, index * 1024 + reply)
      return {
        removed: h % 25 === 0,
        comment: {
          id: idOf(n, index, reply + 1),
          text: masked(texts[(h >>> 8) % texts.length] as string),
          video_id: corpus.id(n),
          parent_comment_id: id,
          like_count: (h >>> 16) % 12,
          reply_count: 0,
          create_time: corpus.createTime(n) + 3600 + index * 7 + reply * 60,
          display_name: corpus.people.displayName(h % corpus.people.count),
        },
      }
    },
  }
}

/** Whether a comment of this id can be read. */
export function isComment(corpus: Corpus, id: string, now: number): boolean {
  const parts = partsOf(id)
  if (parts === undefined || parts.n >= corpus.size || !corpus.isPublic(parts.n, now)) return false
  const { n, index, reply } = parts
  if (index >= Math.min(MOST, corpus.commentCount(n)) || comment(corpus, n, index).removed) return false
  if (reply === 0) return true
  const replies = repliesTo(corpus, idOf(n, index, 0))
  return replies !== undefined && reply <= replies.count && !replies.at(reply - 1).removed
}

function replyCount(corpus: Corpus, n: number, index: number): number {
  const u = unit(corpus.seed ^ 0xc3, n, index)
  return u < 0.8 ? 0 : Math.floor(Math.exp((u - 0.8) * 15))
}

/** Numbers and mail addresses are hidden, as documented: two digits at either end stay, and the first letter of a mail. */
function masked(text: string): string {
  return text
    .replaceAll(
      /\b(\d{2})(\d{6})(\d{2})\b/g,
      (_all, head: string, middle: string, tail: string) => head + '*'.repeat(middle.length) + tail,
    )
    .replaceAll(
      /\b([\w.])([\w.]*)@([\w.]+)\b/g,
      (_all, first: string, rest: string, host: string) =>
        `${first}${'*'.repeat(rest.length)}@${'*'.repeat(host.length)}`,
    )
}

import { type ChangeParts, changePost, mustFindPost } from '../publishing/change-post.ts'
import type { Post } from '../publishing/post.ts'
import { wrongState } from '../publishing/post-request.ts'
import { appendAudit } from '../storage/audit-log.ts'
import { findVerdict, overruleVerdict } from '../storage/media-verdicts.ts'

/** Lets a post go on in spite of what was found in its media. @throws {Problem} `not_found`, `post_wrong_state` */
export type OverruleMedia = (
  workspaceId: string,
  id: string,
  said: { by: string; reason: string },
) => Promise<Post>

/** What is overruled are the rules that held the post, for the file that it has: anything else holds it again. */
export function createOverruleMedia(parts: ChangeParts): OverruleMedia {
  return async (workspaceId, id, { by, reason }) => {
    const post = await mustFindPost(parts.db, workspaceId, id)
    const now = parts.clock.now()
    const found = await findVerdict(parts.db, workspaceId, id)
    const blocks = (found?.findings ?? []).filter(({ level }) => level === 'block')
    const rules = [...new Set([...(found?.overruled?.rules ?? []), ...blocks.map(({ rule }) => rule)])]
    const decide = (current: Post) => {
      if (current.state !== 'media_blocked') throw wrongState(current, 'let go in spite of its media')
      return Promise.resolve({
        to: 'accepted' as const,
        cause: 'media_overruled',
        detail: { by, reason, rules },
        set: { stateReason: undefined, stepAt: now },
      })
    }
    return changePost(parts, workspaceId, post.id, decide, {
      remember: async (tx) => {
        await overruleVerdict(tx, { id, workspaceId }, { by, reason, now, rules })
        const detail = { reason, rules }
        await appendAudit(tx, {
          workspaceId,
          at: now,
          actor: by,
          action: 'post.media_overruled',
          subject: id,
          detail,
        })
      },
    })
  }
}

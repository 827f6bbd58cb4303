/** Posts as the API shows them, with what the media gate decided about each. */
import type { Post } from '../publishing/post.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { verdictsOf } from '../storage/media-verdicts.ts'
import { postToJson } from './post-json.ts'

export async function shownPost(db: Database | Transaction, post: Post) {
  return postToJson(post, (await verdictsOf(db, [post])).get(post.id))
}

/** One statement for all of a page, not one a post. */
export async function shownPosts(db: Database | Transaction, posts: readonly Post[]) {
  const verdicts = await verdictsOf(db, posts)
  return posts.map((post) => postToJson(post, verdicts.get(post.id)))
}

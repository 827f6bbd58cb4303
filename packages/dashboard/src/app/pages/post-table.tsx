import { Link } from '@tanstack/react-router'
import { Badge, Table, Time } from '../ui/show.tsx'
import { KINDS, type Post, stateOf, timeOf, titleOf, whyWaiting } from '../words/post-words.ts'
import { useAccounts } from './account-names.ts'

export function PostTable({ posts }: { posts: readonly Post[] }) {
  const { nameOf } = useAccounts()
  if (posts.length === 0) return null
  return (
    <Table columns={['Post', 'Account', 'State', 'Time']}>
      {posts.map((post) => {
        const state = stateOf(post)
        return (
          <tr key={post.id}>
            <td>
              <Link to="/posts/$postId" params={{ postId: post.id }} className="row-link cell-title">
                {titleOf(post)}
              </Link>
              <span className="soft small">
                {KINDS[post.kind]}
                {post.mode === 'draft' ? ', as a draft' : ''}
              </span>
            </td>
            <td data-label="Account">{nameOf(post.account_id)}</td>
            <td data-label="State" title={post.failure?.detail ?? whyWaiting(post)}>
              <Badge tone={state.tone}>{state.name}</Badge>
            </td>
            <td data-label="Time" className="nowrap">
              <Time at={timeOf(post) ?? post.changed_at} show="exact" />
            </td>
          </tr>
        )
      })}
    </Table>
  )
}

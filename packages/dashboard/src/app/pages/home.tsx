/** Health at a glance: what needs somebody, and what to do about it. */
import type { QueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { askAhead, countOf, useList } from '../data/lists.ts'
import { useMay, useSession } from '../data/session.ts'
import { Card, Empty, ListEnd, Loading, Note, Page, type Tone } from '../ui/show.tsx'
import { accountName } from '../words/account-words.ts'
import { titleOf } from '../words/post-words.ts'
import { ACCOUNTS_ASKED, useAccounts } from './account-names.ts'
import { ConnectButton } from './connect-button.tsx'
import { PostTable } from './post-table.tsx'

const ENOUGH = 100
const all = { limit: ENOUGH }
const ASKED = {
  failed: { query: { state: 'failed', ...all } },
  doubtful: { query: { state: 'needs_attention', ...all } },
  held: { query: { state: 'media_blocked', ...all } },
  toApprove: { query: { state: 'waiting_for_approval', ...all } },
  limited: { query: { state: 'waiting_for_rate', ...all } },
  scheduled: { query: { state: 'waiting_for_time', ...all } },
  dead: { query: { state: 'dead', ...all } },
  recent: { query: { limit: 8 } },
  all: { query: all },
} as const

/** What the page shows first, asked for while it is not there yet. */
export function askForHome(client: QueryClient): void {
  askAhead(client, 'accounts', 'connectedAccounts.list', ACCOUNTS_ASKED)
  askAhead(client, 'posts', 'posts.list', ASKED.recent)
  for (const wish of [ASKED.failed, ASKED.doubtful, ASKED.scheduled, ASKED.toApprove])
    askAhead(client, 'posts', 'posts.list', wish)
}

export function Home() {
  const { person } = useSession()
  const may = useMay()
  const { list: accounts } = useAccounts()
  const failed = useList('posts', 'posts.list', ASKED.failed)
  const doubtful = useList('posts', 'posts.list', ASKED.doubtful)
  const held = useList('posts', 'posts.list', ASKED.held)
  const toApprove = useList('posts', 'posts.list', ASKED.toApprove)
  const limited = useList('posts', 'posts.list', ASKED.limited)
  const scheduled = useList('posts', 'posts.list', ASKED.scheduled)
  const recent = useList('posts', 'posts.list', ASKED.recent)
  const windows = useList('limits', 'limits.list', ASKED.all)
  const endpoints = useList('endpoints', 'webhookEndpoints.list', ASKED.all)
  const dead = useList('deliveries', 'webhookDeliveries.list', ASKED.dead)

  const broken = accounts.items.filter(({ status }) => status === 'reauthorization_required')
  const connected = accounts.items.filter(({ status }) => status === 'connected')
  const full = windows.items.filter(({ remaining }) => remaining === 0)
  const disabled = endpoints.items.filter(
    ({ status, disabled_reason }) => status === 'disabled' && disabled_reason !== 'by_you',
  )
  const nothingYet = !accounts.isLoading && accounts.items.length === 0

  if (accounts.isLoading)
    return (
      <Page title={`Hello, ${person.name}`}>
        <Loading rows={6} />
      </Page>
    )
  return (
    <Page
      title={`Hello, ${person.name}`}
      actions={
        <>
          {may('accounts:write') && <ConnectButton look={nothingYet ? 'main' : 'plain'} />}
          {may('posts:write') && !nothingYet && (
            <Link to="/compose" className="button main">
              New post
            </Link>
          )}
        </>
      }
    >
      <div className="stats">
        <Stat
          name="Accounts connected"
          value={accounts.hasMore ? `${connected.length}+` : String(connected.length)}
          to="/accounts"
          more={broken.length === 0 ? 'all tokens are fresh' : `${broken.length} to connect again`}
          tone={broken.length === 0 ? 'good' : 'bad'}
        />
        <Stat name="Scheduled" value={countOf(scheduled)} to="/calendar" more={nextOf(scheduled.items)} />
        <Stat
          name="Wait for a limit"
          value={countOf(limited)}
          to="/limits"
          more={full.length === 0 ? 'no window is full' : `${full.length} windows are full`}
          tone={full.length === 0 ? 'good' : 'warn'}
        />
        <Stat
          name="Failed"
          value={countOf(failed)}
          to="/posts"
          search={{ state: 'failed' }}
          more={failed.items.length === 0 ? 'nothing to do' : 'see why, and try again'}
          tone={failed.items.length === 0 ? 'good' : 'bad'}
        />
        <Stat
          name="Webhooks undelivered"
          value={countOf(dead)}
          to="/webhooks"
          more={dead.items.length === 0 ? 'every event arrived' : 'can be sent again'}
          tone={dead.items.length === 0 ? 'good' : 'bad'}
        />
      </div>
      <Card title="What needs you">
        {broken.slice(0, 3).map((account) => (
          <Note key={account.id} tone="bad">
            <Link to="/accounts/$accountId" params={{ accountId: account.id }}>
              {accountName(account)}
            </Link>{' '}
            has to be connected again: its posts wait, and nothing is read meanwhile.
          </Note>
        ))}
        {doubtful.items.slice(0, 3).map((post) => (
          <Note key={post.id} tone="bad">
            Nobody knows whether <PostLink id={post.id}>{titleOf(post)}</PostLink> was posted. Look at the
            profile, then say what happened; it is not sent twice by itself.
          </Note>
        ))}
        {held.items.slice(0, 3).map((post) => (
          <Note key={post.id} tone="warn">
            <PostLink id={post.id}>{titleOf(post)}</PostLink> is held because of its media.
          </Note>
        ))}
        {failed.items.slice(0, 3).map((post) => (
          <Note key={post.id} tone="bad">
            <PostLink id={post.id}>{titleOf(post)}</PostLink> failed
            {post.failure === null ? '.' : `: ${post.failure.detail ?? post.failure.reason}`}{' '}
            {post.failure?.action}
          </Note>
        ))}
        {toApprove.items.length > 0 && (
          <Note tone="warn">
            {countOf(toApprove)} {toApprove.items.length === 1 ? 'post waits' : 'posts wait'} for approval.{' '}
            <Link to="/posts" search={{ state: 'waiting_for_approval' }}>
              Read and decide
            </Link>
          </Note>
        )}
        {disabled.map((endpoint) => (
          <Note key={endpoint.id} tone="bad">
            <Link to="/webhooks">{new URL(endpoint.url).host}</Link> hears nothing any more:{' '}
            {endpoint.disabled_reason === 'gone'
              ? 'it answered that it is gone'
              : 'nothing got through for three days'}
            .
          </Note>
        ))}
        {full.slice(0, 2).map((window) => (
          <Note key={`${window.endpoint} ${window.account_id}`} tone="warn">
            The window of <code>{window.endpoint}</code> is full; what waits goes on by itself.{' '}
            <Link to="/limits">See limits</Link>
          </Note>
        ))}
        {broken.length +
          doubtful.items.length +
          held.items.length +
          failed.items.length +
          toApprove.items.length +
          disabled.length +
          full.length ===
          0 &&
          (nothingYet ? (
            <Empty icon="accounts" title="Connect a first account">
              <p>A creator agrees at TikTok; after that the hub keeps the token fresh by itself.</p>
            </Empty>
          ) : (
            <Note tone="good">Nothing. Tokens are fresh, posts go out, events arrive.</Note>
          ))}
      </Card>
      <Card
        title="Latest posts"
        flush
        actions={
          <Link to="/posts" className="small">
            All posts
          </Link>
        }
      >
        <PostTable posts={recent.items} />
        <ListEnd list={{ ...recent, hasMore: false }} empty={<Empty icon="posts" title="No posts yet" />} />
      </Card>
    </Page>
  )
}

function nextOf(posts: readonly { scheduled_at: string | null; slot_at: string | null }[]): string {
  const times = posts.flatMap(({ scheduled_at, slot_at }) => slot_at ?? scheduled_at ?? []).sort()
  const [next] = times
  if (next === undefined) return 'nothing planned'
  return `next ${new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(new Date(next))}`
}

function Stat({
  name,
  value,
  more,
  tone = 'calm',
  to,
  search,
}: {
  name: string
  value: string
  more: string
  tone?: Tone
  to: string
  search?: { state: string }
}) {
  return (
    <Link to={to} search={search ?? {}} className="stat">
      <span className="stat-name">{name}</span>
      <span className="stat-value">{value}</span>
      <span className={`stat-more ${tone === 'calm' ? '' : tone}`}>{more}</span>
    </Link>
  )
}

function PostLink({ id, children }: { id: string; children: ReactNode }) {
  return (
    <Link to="/posts/$postId" params={{ postId: id }}>
      {children}
    </Link>
  )
}

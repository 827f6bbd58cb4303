/** One post: where it stands and why, everything that happened to it, what was found in its media, and what can be done. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { call } from '../data/api.ts'
import { ProblemNote } from '../ui/controls.tsx'
import { Badge, Card, Facts, Loading, Note, Page, Time } from '../ui/show.tsx'
import {
  causeName,
  KINDS,
  type Post,
  STATE_NAMES,
  stateOf,
  timeOf,
  titleOf,
  whyWaiting,
} from '../words/post-words.ts'
import { useAccounts } from './account-names.ts'
import { MediaReport } from './media-report.tsx'
import { PostActions } from './post-actions.tsx'

const route = getRouteApi('/inside/posts/$postId')

export function PostPage() {
  const { postId } = route.useParams()
  const post = useQuery({
    queryKey: ['posts', 'one', postId],
    queryFn: ({ signal }) => call('posts.get', { params: { post_id: postId } }, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'uploading' ? 2_000 : false),
  })
  const back = { to: '/posts', label: 'Posts' }
  const { nameOf } = useAccounts()
  if (post.data === undefined)
    return (
      <Page title="Post" back={back}>
        {post.isLoading ? <Loading /> : <ProblemNote error={post.error} />}
      </Page>
    )
  const { data } = post
  const state = stateOf(data)
  const why = whyWaiting(data)
  return (
    <Page title={titleOf(data)} back={back} actions={<PostActions post={data} />}>
      <div className="stack">
        {data.failure !== null && (
          <Note tone="bad">
            <p>
              <strong>{data.failure.detail ?? data.failure.reason}</strong>
            </p>
            {data.failure.action !== null && <p>{data.failure.action}</p>}
            <p className="small">
              <code>{data.failure.reason}</code>
            </p>
          </Note>
        )}
        {why !== undefined && (
          <Note tone={state.tone === 'bad' ? 'bad' : state.tone === 'good' ? 'good' : 'warn'}>
            {why}
            {data.next_step_at !== null && (
              <>
                {' '}
                Next: <Time at={data.next_step_at} show="exact" />.
              </>
            )}
          </Note>
        )}
        {data.cancel_requested && (
          <Note tone="warn">It is to be cancelled; TikTok has not confirmed that yet.</Note>
        )}
      </div>
      <div className="columns post-columns">
        <Card title="What happened">
          <ol className="timeline">
            {data.transitions.map((one, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows at its end
              <li key={at}>
                <div>
                  <strong>{causeName(one.cause, one.to)}</strong>{' '}
                  <span className="soft small">
                    {STATE_NAMES.find(([name]) => name === one.to)?.[1] ?? one.to},{' '}
                    <Time at={one.at} show="exact" />
                  </span>
                  <Detail of={one.detail} />
                </div>
              </li>
            ))}
          </ol>
        </Card>
        <div className="stack">
          <Card title="Post">
            <Facts
              of={[
                [
                  'State',
                  <Badge key="s" tone={state.tone}>
                    {state.name}
                  </Badge>,
                ],
                [
                  'Account',
                  <Link key="a" to="/accounts/$accountId" params={{ accountId: data.account_id }}>
                    {nameOf(data.account_id)}
                  </Link>,
                ],
                ['Kind', `${KINDS[data.kind]}, ${data.mode === 'direct' ? 'to the profile' : 'as a draft'}`],
                ['Time', <Time key="t" at={timeOf(data) ?? data.changed_at} show="exact" />],
                ...uploadFact(data),
                ...(data.post_ids.length === 0
                  ? []
                  : [['Ids at the platform', data.post_ids.join(', ')] as const]),
                ...(data.publish_id === null
                  ? []
                  : [['Attempt', <code key="p">{data.publish_id}</code>] as const]),
                ['Id', <code key="i">{data.id}</code>],
              ]}
            />
          </Card>
          <Card title="As it was asked for">
            <Facts of={optionFacts(data)} />
          </Card>
          {data.approval !== null && (
            <Card title="Approval">
              <Facts
                of={[
                  ['Asked by', data.approval.asked_by ?? '–'],
                  ['Decision', data.approval.decision ?? 'none yet'],
                  ['Decided by', data.approval.decided_by ?? '–'],
                  ['Reason', data.approval.reason ?? '–'],
                ]}
              />
            </Card>
          )}
          {data.consent !== null && (
            <Card title="The creator’s consent">
              <Facts
                of={[
                  ['Agreed to', data.consent.agreed.map((one) => one.replaceAll('_', ' ')).join(', ')],
                  ['When', <Time key="w" at={data.consent.given_at} show="exact" />],
                  [
                    'Where',
                    data.consent.source === 'publish_page'
                      ? 'on the publish page'
                      : 'as the API’s caller says',
                  ],
                ]}
              />
            </Card>
          )}
        </div>
      </div>
      <MediaReport post={data} />
    </Page>
  )
}

function uploadFact(post: Post): readonly (readonly [string, ReactNode])[] {
  if (post.total_bytes === null || post.state !== 'uploading') return []
  return [
    [
      'Sent',
      <progress key="u" value={post.uploaded_bytes} max={post.total_bytes} aria-label="Sent to TikTok" />,
    ],
  ]
}

function optionFacts({ options, video, photos }: Post): readonly (readonly [string, ReactNode])[] {
  const yes = (value: boolean | undefined): string => (value === true ? 'yes' : 'no')
  return [
    ['Caption', options.title ?? '–'],
    ...(options.description === undefined ? [] : [['Description', options.description] as const]),
    ['Who may see it', options.privacy_level?.replaceAll('_', ' ').toLowerCase() ?? 'chosen in TikTok'],
    ['Comments off', yes(options.disable_comment)],
    ['Duet off', yes(options.disable_duet)],
    ['Stitch off', yes(options.disable_stitch)],
    ['Paid partnership', yes(options.brand_content)],
    ['Own brand', yes(options.brand_organic)],
    ['Made with AI', yes(options.aigc)],
    ['File', <code key="f">{video?.asset_id ?? video?.url ?? photos?.urls.join(' ') ?? '–'}</code>],
  ]
}

function Detail({ of }: { of: Record<string, unknown> }) {
  const entries = Object.entries(of).filter(([, value]) => value !== null && value !== '')
  if (entries.length === 0) return null
  return (
    <p className="detail">
      {entries
        .map(
          ([name, value]) =>
            `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        )
        .join(' · ')}
    </p>
  )
}

/** Numbers over time, of an account and of each of its videos. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useList } from '../data/lists.ts'
import { Button, ProblemNote, SelectField } from '../ui/controls.tsx'
import { Badge, Card, Empty, ListEnd, Loading, Page, Table, Time } from '../ui/show.tsx'
import { addDays, dayOf } from '../words/times.ts'
import { AccountField } from './account-field.tsx'
import { useAccounts } from './account-names.ts'
import { Chart } from './chart.tsx'

const route = getRouteApi('/inside/analytics')
type Metrics = ResultOf<'accountData.metrics'>
type Point = Metrics['data'][number]
type Counter = Exclude<keyof Point, 'day' | 'read_at'>

const PERIODS = [
  ['30', '30 days', 'day'],
  ['90', '90 days', 'day'],
  ['365', 'a year', 'week'],
  ['1825', 'five years', 'month'],
] as const
const OF_ACCOUNT: readonly (readonly [Counter, string])[] = [
  ['followers', 'Followers'],
  ['likes', 'Likes'],
  ['videos', 'Videos'],
]
const OF_VIDEO: readonly (readonly [Counter, string])[] = [
  ['views', 'Views'],
  ['likes', 'Likes'],
  ['comments', 'Comments'],
  ['shares', 'Shares'],
]

export function Analytics() {
  const { account, video } = route.useSearch()
  const navigate = route.useNavigate()
  const { list } = useAccounts()
  const [period, setPeriod] = useState<(typeof PERIODS)[number][0]>('30')
  const accounts = list.items.filter(({ status }) => status !== 'erased')
  const chosen = account ?? accounts[0]?.id
  return (
    <Page
      title="Analytics"
      intro="What was read of each account and video, one point a day. Nothing is asked of TikTok for this page."
    >
      {list.isLoading ? (
        <Loading />
      ) : chosen === undefined ? (
        <Card>
          <Empty icon="analytics" title="Connect an account first" />
        </Card>
      ) : (
        <>
          <div className="filters">
            <AccountField
              accounts={accounts}
              value={chosen}
              onChange={(id) => void navigate({ search: { account: id } })}
            />
            <SelectField
              label="Period"
              value={period}
              onChange={(event) => setPeriod(event.target.value as typeof period)}
            >
              {PERIODS.map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </SelectField>
          </div>
          <History key={chosen} accountId={chosen} period={period} />
          {video !== undefined && <History key={video} accountId={chosen} videoId={video} period={period} />}
          <Videos
            accountId={chosen}
            chosen={video}
            onChoose={(id) => void navigate({ search: { account: chosen, video: id }, resetScroll: false })}
          />
        </>
      )}
    </Page>
  )
}

function History({
  accountId,
  videoId,
  period,
}: {
  accountId: string
  videoId?: string
  period: (typeof PERIODS)[number][0]
}) {
  const counters = videoId === undefined ? OF_ACCOUNT : OF_VIDEO
  const [counter, setCounter] = useState<Counter>(counters[0]?.[0] ?? 'views')
  const granularity = PERIODS.find(([value]) => value === period)?.[2] ?? 'day'
  const query = { from: dayOf(addDays(new Date(), -Number(period))), granularity }
  const metrics = useQuery({
    queryKey: ['metrics', accountId, videoId, query],
    queryFn: ({ signal }): Promise<Metrics> =>
      videoId === undefined
        ? call('accountData.metrics', { params: { account_id: accountId }, query }, { signal })
        : call(
            'accountData.videoMetrics',
            { params: { video_id: videoId }, query: { ...query, account_id: accountId } },
            { signal },
          ),
  })
  const points = metrics.data?.data ?? []
  const name = counters.find(([key]) => key === counter)?.[1] ?? counter
  const last = points.findLast((point) => point[counter] !== null)
  const first = points.find((point) => point[counter] !== null)
  const grown = (last?.[counter] ?? 0) - (first?.[counter] ?? 0)
  return (
    <Card
      title={videoId === undefined ? 'Account' : `Video ${videoId}`}
      actions={
        <>
          <fieldset className="choice" aria-label="Counter">
            {counters.map(([key, label]) => (
              <button key={key} type="button" aria-pressed={key === counter} onClick={() => setCounter(key)}>
                {label}
              </button>
            ))}
          </fieldset>
          <Button
            disabled={points.length === 0}
            onClick={() => saveCsv(`${videoId ?? accountId}.csv`, points)}
          >
            CSV
          </Button>
        </>
      }
    >
      {metrics.error !== null ? (
        <ProblemNote error={metrics.error} />
      ) : metrics.isLoading ? (
        <Loading />
      ) : first === undefined ? (
        <Empty icon="analytics" title="Nothing was read yet">
          It may need a scope that the creator did not grant; the account’s page tells.
        </Empty>
      ) : (
        <>
          <p>
            <span className="stat-value">{last?.[counter]?.toLocaleString()}</span>{' '}
            <span className="soft">
              {name.toLowerCase()}
              {points.length > 1 && `, ${grown >= 0 ? '+' : ''}${grown.toLocaleString()} in this period`}
            </span>
          </p>
          <Chart
            label={`${name} over time`}
            times={points.map(({ day }) => Date.parse(day) / 1000)}
            values={points.map((point) => point[counter])}
          />
        </>
      )}
    </Card>
  )
}

function Videos({
  accountId,
  chosen,
  onChoose,
}: {
  accountId: string
  chosen: string | undefined
  onChoose: (id: string) => void
}) {
  const list = useList('videos', 'accountData.videos', {
    params: { account_id: accountId },
    query: { limit: 50 },
  })
  const number = (fields: Record<string, unknown>, key: string): string => {
    const value = fields[key]
    return typeof value === 'number' ? value.toLocaleString() : '–'
  }
  const text = (fields: Record<string, unknown>): string => {
    const value = fields['title'] || fields['video_description'] || fields['text']
    return typeof value === 'string' && value !== '' ? value : 'Without a caption'
  }
  return (
    <Card
      title="Videos"
      flush
      actions={
        <Button disabled={list.items.length === 0} onClick={() => saveVideosCsv(accountId, list.items)}>
          CSV
        </Button>
      }
    >
      {list.items.length > 0 && (
        <Table
          columns={[
            'Video',
            { name: 'Views', look: 'number' },
            { name: 'Likes', look: 'number' },
            { name: 'Comments', look: 'number' },
            { name: 'Shares', look: 'number' },
            'Posted',
          ]}
        >
          {list.items.map(({ id, video, posted_at, gone_at }) => (
            <tr key={id} aria-current={id === chosen ? 'true' : undefined}>
              <td>
                <button type="button" className="row-button cell-title" onClick={() => onChoose(id)}>
                  {text(video)}
                </button>
                {gone_at !== null && <Badge tone="calm">no longer public</Badge>}
              </td>
              <td data-label="Views" className="number">
                {number(video, 'view_count')}
              </td>
              <td data-label="Likes" className="number">
                {number(video, 'like_count')}
              </td>
              <td data-label="Comments" className="number">
                {number(video, 'comment_count')}
              </td>
              <td data-label="Shares" className="number">
                {number(video, 'share_count')}
              </td>
              <td data-label="Posted">
                <Time at={posted_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <ListEnd list={list} empty={<Empty icon="posts" title="No videos were read" />} />
    </Card>
  )
}

function saveCsv(name: string, points: readonly Point[]): void {
  const keys = [
    'day',
    'read_at',
    'views',
    'likes',
    'comments',
    'shares',
    'followers',
    'following',
    'videos',
  ] as const
  save(name, [keys, ...points.map((point) => keys.map((key) => point[key]))])
}

function saveVideosCsv(accountId: string, videos: ResultOf<'accountData.videos'>['data']): void {
  const keys = ['view_count', 'like_count', 'comment_count', 'share_count'] as const
  save(`${accountId}-videos.csv`, [
    ['id', 'posted_at', 'caption', ...keys],
    ...videos.map(({ id, posted_at, video }) => [
      id,
      posted_at,
      video['title'] ?? video['video_description'] ?? video['text'],
      ...keys.map((key) => video[key]),
    ]),
  ])
}

function save(name: string, rows: readonly (readonly unknown[])[]): void {
  const text = rows.map((row) => row.map(csvCell).join(',')).join('\r\n')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([`${text}\r\n`], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

/** A creator’s caption that begins like a formula must stay a text when a spreadsheet opens it. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

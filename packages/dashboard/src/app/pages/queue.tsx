/** The queue of an account: its weekly slots, and what goes out in which. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { call, HubProblem, type RequestOf, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, IconButton, ProblemNote, TextField } from '../ui/controls.tsx'
import { FormDialog } from '../ui/dialog.tsx'
import { Badge, Card, Empty, Facts, ListEnd, Loading, Note, Page, Time } from '../ui/show.tsx'
import { type Post, stateOf, titleOf, whyWaiting } from '../words/post-words.ts'
import { AccountField } from './account-field.tsx'
import { useAccounts } from './account-names.ts'

const route = getRouteApi('/inside/queue')
const stale = ['queues', 'posts']
type Queue = ResultOf<'accountQueues.get'>

export function QueuePage() {
  const { account } = route.useSearch()
  const navigate = route.useNavigate()
  const { list } = useAccounts()
  const connected = list.items.filter(({ status }) => status !== 'erased' && status !== 'disconnected')
  const chosen = account ?? connected[0]?.id
  return (
    <Page
      title="Queues"
      intro="Each account may have weekly slots. A post that asks for the next slot takes the first free one."
    >
      {list.isLoading ? (
        <Loading />
      ) : chosen === undefined ? (
        <Card>
          <Empty icon="queue" title="Connect an account first" />
        </Card>
      ) : (
        <>
          <div className="filters">
            <AccountField
              accounts={connected}
              value={chosen}
              onChange={(id) => void navigate({ search: { account: id } })}
            />
          </div>
          <AccountQueue key={chosen} accountId={chosen} />
        </>
      )}
    </Page>
  )
}

function AccountQueue({ accountId }: { accountId: string }) {
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const params = { account_id: accountId }
  const queue = useQuery({
    queryKey: ['queues', accountId],
    queryFn: ({ signal }) =>
      call('accountQueues.get', { params }, { signal }).catch((error: unknown) => {
        if (error instanceof HubProblem && error.status === 404) return null
        throw error
      }),
  })
  const pause = useAct(() => call('accountQueues.pause', { params }), { stale, done: 'The queue is paused' })
  const resume = useAct(() => call('accountQueues.resume', { params }), { stale, done: 'The queue goes on' })
  if (queue.isLoading) return <Loading />
  if (queue.error !== null) return <ProblemNote error={queue.error} />
  const { data } = queue
  const edit = may('posts:write') && (
    <Button onClick={() => setEditing(true)}>{data == null ? 'Set up slots' : 'Change slots'}</Button>
  )
  return (
    <>
      {data == null ? (
        <Card>
          <Empty icon="queue" title="This account has no queue">
            {edit}
          </Empty>
        </Card>
      ) : (
        <>
          {data.paused_at !== null && (
            <Note tone="warn">
              Paused since <Time at={data.paused_at} show="exact" />. What comes due waits; when it goes on,
              posts move to the next slots in their order.
            </Note>
          )}
          <div className="columns">
            <Card
              title="Slots"
              actions={
                <>
                  {may('posts:write') &&
                    (data.paused_at === null ? (
                      <Button onClick={() => pause.mutate()} busy={pause.isPending}>
                        Pause
                      </Button>
                    ) : (
                      <Button look="main" onClick={() => resume.mutate()} busy={resume.isPending}>
                        Go on
                      </Button>
                    ))}
                  {edit}
                </>
              }
            >
              <Facts
                of={[
                  ...DAYS.map((day, at) => [day, timesOf(data, at + 1) || '–'] as const),
                  ['Time zone', data.time_zone],
                  ['Next free', <Time key="n" at={data.next_free_slot} show="exact" />],
                ]}
              />
            </Card>
            <Waiting accountId={accountId} />
          </div>
        </>
      )}
      {editing && (
        <Timetable accountId={accountId} queue={data ?? undefined} onClose={() => setEditing(false)} />
      )}
    </>
  )
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function timesOf({ slots }: Queue, weekday: number): string {
  return slots
    .filter((slot) => slot.weekday === weekday)
    .map(({ time }) => time)
    .sort()
    .join(', ')
}

function Waiting({ accountId }: { accountId: string }) {
  const may = useMay()
  const list = useList('posts', 'accountQueues.listPosts', {
    params: { account_id: accountId },
    query: { limit: 50 },
  })
  const [dragged, setDragged] = useState<string>()
  const move = useAct(
    ({ id, body }: { id: string; body: RequestOf<'accountQueues.movePost'>['body'] }) =>
      call('accountQueues.movePost', { params: { post_id: id }, body }),
    { stale, done: ({ slot_at }) => `Moved to ${new Date(slot_at ?? '').toLocaleString()}` },
  )
  const { items } = list
  const swap = (at: number, step: 1 | -1): void => {
    const [one, other] = [items[at], items[at + step]]
    if (one !== undefined && other !== undefined) move.mutate({ id: one.id, body: { swap_with: other.id } })
  }
  const onKey = (event: KeyboardEvent, at: number): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    swap(at, event.key === 'ArrowUp' ? -1 : 1)
  }
  const can = may('posts:write')
  return (
    <Card title="What goes out" flush>
      <ol className="queue">
        {items.map((post, at) => (
          <li
            key={post.id}
            draggable={can}
            className={dragged === post.id ? 'dragged' : ''}
            onDragStart={() => setDragged(post.id)}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => {
              if (dragged !== undefined && dragged !== post.id)
                move.mutate({ id: dragged, body: { before: post.id } })
              setDragged(undefined)
            }}
          >
            <QueuedPost post={post} onKeyDown={(event) => onKey(event, at)} />
            {can && (
              <span className="nowrap">
                <IconButton
                  icon="up"
                  label={`Earlier: ${titleOf(post)}`}
                  disabled={at === 0 || move.isPending}
                  onClick={() => swap(at, -1)}
                />
                <IconButton
                  icon="down"
                  label={`Later: ${titleOf(post)}`}
                  disabled={at === items.length - 1 || move.isPending}
                  onClick={() => swap(at, 1)}
                />
              </span>
            )}
          </li>
        ))}
      </ol>
      <ListEnd list={list} empty={<Empty icon="queue" title="Nothing waits in this queue" />} />
    </Card>
  )
}

function QueuedPost({ post, onKeyDown }: { post: Post; onKeyDown: (event: KeyboardEvent) => void }) {
  const state = stateOf(post)
  return (
    <div>
      <Link
        to="/posts/$postId"
        params={{ postId: post.id }}
        className="row-link cell-title"
        onKeyDown={onKeyDown}
        draggable={false}
      >
        {titleOf(post)}
      </Link>
      <span className="soft small" title={whyWaiting(post)}>
        <Time at={post.slot_at} show="exact" />{' '}
        {post.state !== 'waiting_for_time' && <Badge tone={state.tone}>{state.name}</Badge>}
      </span>
    </div>
  )
}

const TIMES = /^([01]?\d|2[0-3]):[0-5]\d$/

function Timetable({
  accountId,
  queue,
  onClose,
}: {
  accountId: string
  queue: Queue | undefined
  onClose: () => void
}) {
  const [zone, setZone] = useState(queue?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [times, setTimes] = useState(() =>
    DAYS.map((_day, at) => (queue === undefined ? '' : timesOf(queue, at + 1))),
  )
  const wrong = times.map((text) => split(text).find((time) => !TIMES.test(time)))
  const save = useAct(
    () =>
      call('accountQueues.set', {
        params: { account_id: accountId },
        body: {
          time_zone: zone,
          slots: times.flatMap((text, at) =>
            split(text).map((time) => ({ weekday: at + 1, time: time.padStart(5, '0') })),
          ),
        },
      }),
    { stale, quiet: true, done: 'The slots are changed', after: onClose },
  )
  return (
    <FormDialog
      title="Weekly slots"
      submit="Save"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      busy={save.isPending}
      disabled={wrong.some((one) => one !== undefined)}
    >
      <p className="soft">
        Times of each day, with commas between: 09:00, 18:30. Posts in the queue keep their order.
      </p>
      {DAYS.map((day, at) => (
        <TextField
          key={day}
          label={day}
          value={times[at] ?? ''}
          error={wrong[at] === undefined ? undefined : `${wrong[at]} is no time such as 09:00`}
          onChange={(event) =>
            setTimes(times.map((text, other) => (other === at ? event.target.value : text)))
          }
        />
      ))}
      <TextField
        label="Time zone"
        value={zone}
        onChange={(event) => setZone(event.target.value)}
        list="zones"
      />
      <datalist id="zones">
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <ProblemNote error={save.error} />
    </FormDialog>
  )
}

function split(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean)
}

/** What goes out when, by two weeks or a month. Posts that were not sent yet are moved by dragging, or by Alt and the arrows. */
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, useState } from 'react'
import { call } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, IconButton, SelectField } from '../ui/controls.tsx'
import { Loading, Page } from '../ui/show.tsx'
import { accountName } from '../words/account-words.ts'
import { isUnsent, type Post, stateOf, titleOf, whyWaiting } from '../words/post-words.ts'
import { addDays, dayOf, weekStart } from '../words/times.ts'
import { useAccounts } from './account-names.ts'
import { MoveDialog } from './post-actions.tsx'

const HOUR = 3_600_000
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const monthYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' })
const wholeDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

/** A calendar goes by the time that a post has, or by when it was asked for. */
function placeOf(post: Post): string {
  return post.slot_at ?? post.scheduled_at ?? post.created_at
}

export function Calendar() {
  const [view, setView] = useState<'week' | 'month'>('week')
  const [shown, setShown] = useState(() => new Date())
  const [account, setAccount] = useState('')
  const { list: accounts, nameOf } = useAccounts()
  const start =
    view === 'week' ? weekStart(shown) : weekStart(new Date(shown.getFullYear(), shown.getMonth(), 1))
  const end =
    view === 'week'
      ? addDays(start, 14)
      : addDays(weekStart(new Date(shown.getFullYear(), shown.getMonth() + 1, 0)), 7)
  const days = Array.from(
    { length: Math.round((end.getTime() - start.getTime()) / (24 * HOUR)) },
    (_day, at) => addDays(start, at),
  )
  const list = useList('posts', 'posts.list', {
    query: {
      from: start.toISOString(),
      to: end.toISOString(),
      limit: 100,
      ...(account === '' ? {} : { account_id: account }),
    },
  })
  const step = (direction: 1 | -1): void =>
    setShown(
      view === 'week'
        ? addDays(shown, 14 * direction)
        : new Date(shown.getFullYear(), shown.getMonth() + direction, 1),
    )
  const today = dayOf(new Date())
  return (
    <Page
      title="Calendar"
      intro={`${monthYear.format(view === 'week' ? start : shown)}. Drag a post that was not sent yet to another day; with the keyboard, Alt and the arrows.`}
      actions={
        <>
          <IconButton
            icon="chevronLeft"
            label={view === 'week' ? 'Two weeks earlier' : 'Earlier month'}
            onClick={() => step(-1)}
          />
          <Button onClick={() => setShown(new Date())}>Today</Button>
          <IconButton
            icon="chevronRight"
            label={view === 'week' ? 'Two weeks later' : 'Later month'}
            onClick={() => step(1)}
          />
          <Button onClick={() => setView(view === 'week' ? 'month' : 'week')}>
            {view === 'week' ? 'Month' : 'Two weeks'}
          </Button>
        </>
      }
    >
      <div className="filters">
        <SelectField label="Account" value={account} onChange={(event) => setAccount(event.target.value)}>
          <option value="">All</option>
          {accounts.items.map((one) => (
            <option key={one.id} value={one.id}>
              {accountName(one)}
            </option>
          ))}
        </SelectField>
        {list.hasMore && <Button onClick={list.more}>Show more posts</Button>}
      </div>
      {list.isLoading ? (
        <Loading rows={6} />
      ) : (
        <div className={`calendar ${view}`}>
          {days.map((day) => (
            <Day
              key={day.toISOString()}
              day={day}
              isToday={dayOf(day) === today}
              isOutside={view === 'month' && day.getMonth() !== shown.getMonth()}
              posts={list.items.filter((post) => dayOf(placeOf(post)) === dayOf(day))}
              nameOf={nameOf}
            />
          ))}
        </div>
      )}
    </Page>
  )
}

function useMove() {
  return useAct(
    ({ id, at }: { id: string; at: Date }) =>
      call('posts.reschedule', { params: { post_id: id }, body: { scheduled_at: at.toISOString() } }),
    {
      stale: ['posts'],
      done: ({ scheduled_at }) =>
        `Goes out ${wholeDay.format(new Date(scheduled_at ?? ''))}, ${clock.format(new Date(scheduled_at ?? ''))}`,
    },
  )
}

function Day({
  day,
  posts,
  isToday,
  isOutside,
  nameOf,
}: {
  day: Date
  posts: readonly Post[]
  isToday: boolean
  isOutside: boolean
  nameOf: (id: string) => string
}) {
  const [isOver, setIsOver] = useState(false)
  const move = useMove()
  const drop = (text: string): void => {
    const read = JSON.parse(text || 'null') as { id: string; at: string } | null
    if (read === null) return
    const at = new Date(read.at)
    at.setFullYear(day.getFullYear(), day.getMonth(), day.getDate())
    if (dayOf(read.at) !== dayOf(day)) move.mutate({ id: read.id, at })
  }
  const classes = [
    'day',
    isToday ? 'today' : '',
    isOutside ? 'outside' : '',
    isOver ? 'over' : '',
    posts.length === 0 ? 'free' : '',
  ]
  return (
    <section
      className={classes.join(' ')}
      aria-label={wholeDay.format(day)}
      onDragOver={(event) => {
        event.preventDefault()
        setIsOver(true)
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setIsOver(false)
        drop(event.dataTransfer.getData('application/x-tockwork-post'))
      }}
    >
      <h2>
        <span>{weekday.format(day)}</span> {day.getDate()}
      </h2>
      <ul>
        {posts.map((post) => (
          <Entry key={post.id} post={post} accountName={nameOf(post.account_id)} />
        ))}
      </ul>
    </section>
  )
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -24, ArrowRight: 24, ArrowUp: -1, ArrowDown: 1 }

function Entry({ post, accountName: name }: { post: Post; accountName: string }) {
  const may = useMay()
  const [moving, setMoving] = useState(false)
  const move = useMove()
  const movable = isUnsent(post) && may('posts:write')
  const state = stateOf(post)
  const at = placeOf(post)
  const onKey = (event: KeyboardEvent): void => {
    const hours = event.altKey ? STEPS[event.key] : undefined
    if (hours === undefined || !movable) return
    event.preventDefault()
    const next = new Date(at)
    if (Math.abs(hours) === 24) next.setDate(next.getDate() + hours / 24)
    else next.setHours(next.getHours() + hours)
    move.mutate({ id: post.id, at: next })
  }
  return (
    <li
      className={`entry ${state.tone}`}
      draggable={movable}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('application/x-tockwork-post', JSON.stringify({ id: post.id, at }))
      }}
    >
      <Link
        to="/posts/$postId"
        params={{ postId: post.id }}
        onKeyDown={onKey}
        draggable={false}
        aria-keyshortcuts={movable ? 'Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown' : undefined}
        title={whyWaiting(post)}
      >
        <span className="entry-time">{clock.format(new Date(at))}</span> {titleOf(post)}
      </Link>
      <span className="entry-foot">
        <span>
          {name}, {state.name.toLowerCase()}
        </span>
        {movable && (
          <button type="button" onClick={() => setMoving(true)} aria-label={`Move ${titleOf(post)}`}>
            Move
          </button>
        )}
      </span>
      {moving && <MoveDialog post={post} onClose={() => setMoving(false)} />}
    </li>
  )
}

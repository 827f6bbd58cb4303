/** What pages are made of: heads, cards, states, times, tables, emptiness. */
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { List } from '../data/lists.ts'
import { Button, ProblemNote } from './controls.tsx'
import { Icon, type IconName } from './icons.tsx'
import { currentNotices, dismiss, onNotices } from './notices.ts'

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm'

let shownPath: string | undefined
let headingHadFocus = false

/**
 * A new page begins at its heading, for those who hear it read and those who go on by keyboard; the first one at its
 * beginning. Where what is shown while it loads gives way to the page itself, the focus stays at the heading.
 */
function useHeadingFocus() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const { pathname } = location
    const isNew = shownPath !== undefined && shownPath !== pathname
    const isReplaced = headingHadFocus && document.activeElement === document.body
    if (isNew || isReplaced) heading.current?.focus({ preventScroll: true })
    shownPath = pathname
    headingHadFocus = document.activeElement === heading.current
  }, [])
  return heading
}

export function Page({
  title,
  intro,
  actions,
  children,
  back,
}: {
  title: string
  intro?: ReactNode
  actions?: ReactNode
  children: ReactNode
  back?: { to: string; label: string }
}) {
  const heading = useHeadingFocus()
  return (
    <>
      <title>{`${title} · Tockwork`}</title>
      <header className="page-head">
        <div>
          {back !== undefined && (
            <Link to={back.to} className="back">
              <Icon name="chevronLeft" />
              {back.label}
            </Link>
          )}
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {intro !== undefined && <p className="intro">{intro}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  )
}

export function Card({
  title,
  actions,
  children,
  flush = false,
}: {
  title?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** Without padding, for tables. */
  flush?: boolean
}) {
  return (
    <section className={flush ? 'card flush' : 'card'}>
      {(title !== undefined || actions !== undefined) && (
        <div className="card-head">
          {title !== undefined && <h2>{title}</h2>}
          {actions !== undefined && <div className="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>
}

export function Note({ tone = 'calm', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div className={`note ${tone}`}>
      <Icon name={tone === 'good' ? 'check' : tone === 'calm' || tone === 'busy' ? 'clock' : 'warn'} />
      <div>{children}</div>
    </div>
  )
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  )
}

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div className="loading" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={at} />
      ))}
    </div>
  )
}

type Column = string | { name: string; look: 'number' | 'unseen' }

/** Rows below their headings; on a phone each row is a card, whose cells name themselves by `data-label`. */
export function Table({ columns, children }: { columns: readonly Column[]; children: ReactNode }) {
  return (
    <div className="table-wrap">
      <table className="cards">
        <thead>
          <tr>
            {columns.map((column) => {
              const { name, look } = typeof column === 'string' ? { name: column, look: '' } : column
              return (
                <th key={name} className={look === 'number' ? 'number' : undefined}>
                  {look === 'unseen' ? <span className="unseen">{name}</span> : name}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

/** What a list has instead of rows, and the button for more of them. */
export function ListEnd({ list, empty }: { list: List<unknown>; empty: ReactNode }) {
  if (list.isLoading) return <Loading />
  if (list.error !== null) return <ProblemNote error={list.error} />
  if (list.items.length === 0) return empty
  if (!list.hasMore) return null
  return (
    <div className="more">
      <Button onClick={list.more} busy={list.isLoadingMore}>
        Show more
      </Button>
    </div>
  )
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })
const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

function exactTime(at: string | number): string {
  return exact.format(new Date(at))
}

function relativeTime(at: string | number, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1_000
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return relative.format(Math.round(seconds / size), unit)
}

/** A moment as people say it; the exact one is its tooltip, or the other way round. */
export function Time({ at, show = 'relative' }: { at: string | null; show?: 'relative' | 'exact' }) {
  if (at === null) return <span className="soft">–</span>
  const other = show === 'relative' ? exactTime(at) : relativeTime(at)
  return (
    <time dateTime={at} title={other}>
      {show === 'relative' ? relativeTime(at) : exactTime(at)}
    </time>
  )
}

/** A text to be taken elsewhere: a key, a link. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="copy">
      <code>{text}</code>
      <Button
        icon={copied ? 'check' : 'copy'}
        aria-label={`Copy ${label}`}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true))
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}

/** Facts in pairs. */
export function Facts({ of }: { of: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Avatar({ url, name }: { url: string | null; name: string }) {
  const [broken, setBroken] = useState(false)
  if (url === null || broken)
    return (
      <span className="avatar" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
    )
  return (
    <img className="avatar" src={url} alt="" referrerPolicy="no-referrer" onError={() => setBroken(true)} />
  )
}

export function Notices() {
  const notices = useSyncExternalStore(onNotices, currentNotices)
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, text, tone }) => (
        <div key={id} className={`notice ${tone}`}>
          <Icon name={tone === 'good' ? 'check' : 'warn'} />
          <p>{text}</p>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}

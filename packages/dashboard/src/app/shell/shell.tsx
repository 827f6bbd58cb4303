/** What is around every page: the menu, the one who is signed in, and what comes in live. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { callSession } from '../data/api.ts'
import { type LiveState, watchLive } from '../data/live.ts'
import { useSession } from '../data/session.ts'
import { IconButton } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { Notices } from '../ui/show.tsx'
import { PLACES } from './navigation.ts'
import { Shortcuts } from './shortcuts.tsx'
import { useTheme } from './theme.ts'

const LIVE_WORDS: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  away: 'Not live: trying to reach the hub',
}

export function Shell() {
  const client = useQueryClient()
  const { person, workspace } = useSession()
  const [live, setLive] = useState<LiveState>('connecting')
  const [helpOpen, setHelpOpen] = useState(false)
  const menu = useRef<HTMLDialogElement>(null)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const { theme, toggle } = useTheme()

  useEffect(() => watchLive(client, setLive), [client])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of page that counts
  useEffect(() => menu.current?.close(), [path])

  const signOut = async (): Promise<void> => {
    await callSession('DELETE', '/session').catch(() => undefined)
    client.clear()
    location.assign('/login')
  }

  const foot = (
    <div className="nav-foot">
      <div className="who">
        <strong>{person.name}</strong>
        <span>{workspace.name}</span>
      </div>
      <IconButton
        icon={theme === 'dark' ? 'sun' : 'moon'}
        label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={toggle}
      />
      <IconButton icon="out" label="Sign out" onClick={() => void signOut()} />
    </div>
  )

  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="shell">
        <header className="topbar">
          <IconButton icon="menu" label="Menu" onClick={() => menu.current?.showModal()} />
          <Brand />
          <LiveMark state={live} />
        </header>
        <aside className="side">
          <div className="side-head">
            <Brand />
            <LiveMark state={live} />
          </div>
          <Menu />
          <button type="button" className="help" onClick={() => setHelpOpen(true)}>
            Shortcuts <kbd>?</kbd>
          </button>
          {foot}
        </aside>
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <dialog ref={menu} className="drawer" aria-label="Menu">
        <div className="side-head">
          <Brand />
          <IconButton icon="close" label="Close menu" onClick={() => menu.current?.close()} />
        </div>
        <Menu />
        {foot}
      </dialog>
      <Shortcuts open={helpOpen} onOpen={() => setHelpOpen(true)} onClose={() => setHelpOpen(false)} />
      <Notices />
    </>
  )
}

function Brand() {
  return (
    <Link to="/" className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="16" cy="16" r="12" />
        <path d="M16 9v7l5 3.200" />
      </svg>
      Tockwork
    </Link>
  )
}

function LiveMark({ state }: { state: LiveState }) {
  return (
    <span className={`live ${state}`} role="status" title={LIVE_WORDS[state]}>
      <span className="unseen">{LIVE_WORDS[state]}</span>
    </span>
  )
}

function Menu() {
  const { scopes } = useSession()
  return (
    <nav aria-label="Pages">
      {PLACES.map(({ title, places }) => {
        const shown = places.filter(({ scope }) => scopes.includes(scope))
        if (shown.length === 0) return null
        return (
          <div key={title} className="nav-group">
            <p>{title}</p>
            <ul>
              {shown.map(({ to, label, icon }) => (
                <li key={to}>
                  <Link to={to} activeOptions={{ exact: to === '/' }}>
                    <Icon name={icon} />
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </nav>
  )
}

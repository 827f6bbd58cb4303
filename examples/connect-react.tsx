/**
 * A button that connects a creator's account, for React 19. connect.js is loaded once, from your hub; nothing else is needed.
 *
 *   <ConnectButton hub="https://hub.example.com" token={token} userId={userId} onConnected={(id) => save(id)} />
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'

interface Connect {
  on(event: string, handler: (...given: string[]) => void): Connect
  open(): void
  close(): void
}

declare global {
  interface Window {
    TockworkConnect?: { initialize(options: Record<string, unknown>): Connect }
  }
}

/** One script element for each hub, however many buttons there are. */
const loading = new Map<string, Promise<void>>()

function load(hub: string): Promise<void> {
  const known = loading.get(hub)
  if (known !== undefined) return known
  const made = new Promise<void>((done, fail) => {
    const script = document.createElement('script')
    script.src = `${hub}/connect.js`
    script.onload = () => done()
    script.onerror = () => {
      loading.delete(hub)
      fail(new Error(`${script.src} could not be loaded`))
    }
    document.head.append(script)
  })
  loading.set(hub, made)
  return made
}

export interface ConnectButtonProps {
  hub: string
  /** Of `POST /v1/sdk-tokens`. */
  token: string
  userId: string
  language?: string
  onConnected: (accountId: string, workPlatformId: string) => void
  onDisconnected?: (accountId: string) => void
  /** Make a new token and render again with it. */
  onTokenExpired?: () => void
  onFailure?: (reason: string) => void
  children?: ReactNode
}

export function ConnectButton(props: ConnectButtonProps) {
  const { hub, token, userId, language, children = 'Connect TikTok' } = props
  const [ready, setReady] = useState(false)
  const connect = useRef<Connect>(null)
  // Handlers may be others at every render; the window is opened once.
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    let gone = false
    load(hub)
      .then(() => !gone && setReady(true))
      .catch((error: Error) => latest.current.onFailure?.(error.message))
    return () => {
      gone = true
      connect.current?.close()
    }
  }, [hub])

  const open = (): void => {
    const made = window.TockworkConnect?.initialize({ token, userId, language })
    if (made === undefined) return
    connect.current = made
    made
      .on('accountConnected', (id = '', platform = '') => latest.current.onConnected(id, platform))
      .on('accountDisconnected', (id = '') => latest.current.onDisconnected?.(id))
      .on('tokenExpired', () => latest.current.onTokenExpired?.())
      .on('connectionFailure', (reason = '') => latest.current.onFailure?.(reason))
    made.open()
  }

  return (
    <button type="button" disabled={!ready} onClick={open}>
      {children}
    </button>
  )
}

/** Changes as the hub tells them, turned into what is to be read anew. */
import type { QueryClient } from '@tanstack/react-query'

const KEYS = { post: ['posts'], account: ['accounts'], delivery: ['deliveries', 'endpoints'] } as const
/** Many changes at once are one reading. */
const PAUSE_MS = 400

export type LiveState = 'connecting' | 'live' | 'away'

/** @returns ends it */
export function watchLive(client: QueryClient, onState: (state: LiveState) => void): () => void {
  const source = new EventSource('/v1/events')
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let wasAway = false
  const flush = (): void => {
    timer = undefined
    for (const key of stale) void client.invalidateQueries({ queryKey: [key] })
    stale.clear()
  }
  const mark = (keys: readonly string[]): void => {
    for (const key of keys) stale.add(key)
    timer ??= setTimeout(flush, PAUSE_MS)
  }
  const all = (): void => mark(Object.values(KEYS).flat())
  for (const [kind, keys] of Object.entries(KEYS)) source.addEventListener(kind, () => mark(keys))
  source.addEventListener('reset', all)
  source.addEventListener('open', () => {
    onState('live')
    // What the stream itself does not know that was missed: it had not begun when the connection broke.
    if (wasAway) all()
    wasAway = false
  })
  source.addEventListener('error', () => {
    wasAway = true
    onState('away')
  })
  return () => {
    clearTimeout(timer)
    source.close()
  }
}

/** `GET /v1/events`: changes of a workspace as server-sent events. */
import { type ApiScope, problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { Caller, PlainRequest, PlainRoute } from '../http/ports.ts'
import type { LiveEvent, LiveEvents, Told } from './live-events.ts'

/** A proxy ends connections on which nothing comes, most after a minute. */
const HEARTBEAT_MS = 20_000
const RETRY_MS = 2_000
const SCOPE: Readonly<Record<LiveEvent['kind'], ApiScope>> = {
  post: 'posts:read',
  account: 'accounts:read',
  delivery: 'webhooks:read',
}

/** Finds who asks, by key or by cookie. @throws {Problem} `unauthenticated` */
export type Authenticate = (request: Pick<PlainRequest, 'headers'>) => Promise<Caller>

export function liveRoute(parts: { live: LiveEvents; clock: Clock; authenticate: Authenticate }): PlainRoute {
  const { live, clock, authenticate } = parts
  return {
    method: 'GET',
    path: '/v1/events',
    handle: async (request) => {
      const caller = await authenticate(request)
      if (caller.mode === 'test') throw problem('scope_missing', 'Test keys do not watch a workspace.')
      if (!Object.values(SCOPE).some((scope) => caller.scopes.includes(scope)))
        throw problem('scope_missing', 'This needs posts:read, accounts:read or webhooks:read')
      const lastId = request.headers['last-event-id']
      const over = new AbortController()
      request.signal.addEventListener('abort', () => over.abort(), { once: true })
      // Whoever went away while it was looked who they are.
      if (request.signal.aborted) over.abort()
      const told = live.watch(caller.workspaceId, lastId === '' ? undefined : lastId, over.signal)
      const stillIn = async (): Promise<Caller | undefined> => authenticate(request).catch(() => undefined)
      return {
        status: 200,
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          // Nginx would collect events before it passes them on.
          'x-accel-buffering': 'no',
          // One that ends as the server stops would be idle from then on, and be waited for until it times out.
          connection: 'close',
        },
        body: lines(told, caller, { clock, over, stillIn }),
      }
    },
  }
}

async function* lines(
  told: AsyncGenerator<Told>,
  caller: Caller,
  {
    clock,
    over,
    stillIn,
  }: { clock: Clock; over: AbortController; stillIn: () => Promise<Caller | undefined> },
): AsyncGenerator<Uint8Array> {
  let { scopes } = caller
  let checkedAt = clock.now()
  let next = told.next()
  try {
    yield bytes(`retry: ${RETRY_MS}\n: hello\n\n`)
    for (;;) {
      const pause = new AbortController()
      const quiet = clock.sleep(HEARTBEAT_MS, pause.signal).then(asQuiet, asQuiet)
      const first = await Promise.race([next, quiet])
      pause.abort()
      if (over.signal.aborted) return
      if (first === 'quiet' || clock.now() - checkedAt >= HEARTBEAT_MS) {
        // Somebody who was signed out, or whose key was ended, hears no more.
        const now = await stillIn()
        if (now === undefined) return
        scopes = now.scopes
        checkedAt = clock.now()
      }
      if (first === 'quiet') {
        yield bytes(': still here\n\n')
        continue
      }
      if (first.done === true) return
      next = told.next()
      const event = first.value
      if (event === 'reset') yield bytes('event: reset\ndata: {}\n\n')
      else if (scopes.includes(SCOPE[event.kind])) yield bytes(textOf(event))
    }
  } finally {
    over.abort()
    // Its promise may still be waiting; the abort ends it.
    await next.catch(() => undefined)
    await told.return(undefined)
  }
}

function asQuiet(): 'quiet' {
  return 'quiet'
}

function textOf({ id, kind, subject, state }: LiveEvent): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id: subject, state })}\n\n`
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

import type { ServerResponse } from 'node:http'
import type { Control } from '../control/routes.ts'
import type { Answer } from '../http/answer.ts'

/** A reader that does not read has this much waiting at most; what comes then is left out, and counted. */
const MAX_WAITING_BYTES = 1024 * 1024
/** How often the clock is looked at. Real milliseconds. */
const LOOK_MS = 1000

/**
 * `GET /_emulator/events`: Server-Sent Events. `request` carries an entry of the request log, `clock` what
 * `GET clock` answers, at the start and whenever the clock was moved or stopped.
 */
export function eventStream({ log, platform }: Control): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: '',
    stream(response) {
      const gone = new AbortController()
      let missed = 0
      const send = (event: string, data: unknown): void => {
        if (response.writableLength > MAX_WAITING_BYTES) {
          missed += 1
          return
        }
        if (missed > 0) response.write(`event: missed\ndata: ${missed}\n\n`)
        missed = 0
        response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      }
      const stop = log.listen((entry) => send('request', entry))
      response.on('close', () => {
        stop()
        gone.abort()
      })
      void watchClock(platform, response, send, gone.signal)
    },
  }
}

async function watchClock(
  { clock, real }: Control['platform'],
  response: ServerResponse,
  send: (event: string, data: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let told = ''
  try {
    for (let round = 0; ; round += 1) {
      const state = { frozen: clock.frozen, offset_seconds: Math.round(clock.offset / 1000) }
      const key = JSON.stringify(state)
      if (key !== told) send('clock', { now: new Date(clock.now()).toISOString(), ...state })
      // Shows both ends, and what stands between them, that the connection is alive.
      else if (round % 15 === 0) response.write(': alive\n\n')
      told = key
      await real.sleep(LOOK_MS, signal)
    }
  } catch {
    // The reader left.
  }
}

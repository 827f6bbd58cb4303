/** `GET /calendars/{token}`: a workspace's calendar, for programs that can send no key. */
import { createHash } from 'node:crypto'
import type { Clock } from '@tockwork/kernel'
import type { PlainRoute } from '../http/ports.ts'
import { findCalendar } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { toCalendar } from '../tiktok/changes.ts'
import type { ChangeWatch } from './change-watch.ts'

/** 32 random bytes in base64url, with the ending that calendars look for. */
const FILE = /^([\w-]{43})\.ics$/

export function hashOfToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}

export function calendarRoute(parts: { db: Database; clock: Clock; watch: ChangeWatch }): PlainRoute {
  const { db, clock, watch } = parts
  return {
    method: 'GET',
    path: '/calendars/{file}',
    handle: async ({ params }) => {
      const token = FILE.exec(params.file ?? '')?.[1]
      // Looked up by its hash, so the time that it takes says nothing of the token.
      const workspaceId = token === undefined ? undefined : await findCalendar(db, hashOfToken(token))
      if (workspaceId === undefined)
        return {
          status: 404,
          headers: { 'content-type': 'text/plain' },
          body: 'There is no such calendar.\n',
        }
      const touched = (await watch.of(workspaceId)).filter(({ used }) => used.length > 0)
      return {
        status: 200,
        headers: {
          'content-type': 'text/calendar; charset=utf-8',
          'content-disposition': 'inline; filename="tiktok.ics"',
          'cache-control': 'private, max-age=3600',
        },
        body: toCalendar(touched, new Date(clock.now())),
      }
    },
  }
}

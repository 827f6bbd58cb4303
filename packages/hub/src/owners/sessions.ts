/** Who is signed in: cookies in, callers of the API out. */
import { problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { Access, Caller } from '../http/ports.ts'
import { newId } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import type { Person } from '../storage/people.ts'
import {
  deleteEndedSessions,
  deletePersonSession,
  findPersonSession,
  insertPersonSession,
  type PersonSession,
  touchPersonSession,
} from '../storage/person-sessions.ts'
import type { SessionCookie } from './cookies.ts'
import { scopesOf } from './roles.ts'
import { ownOrigin } from './same-origin.ts'
import { csrfTokenOf, hashToken, newToken, sameText } from './tokens.ts'

const HOUR = 3_600_000
/** A session that nobody uses ends; one that is used ends as well, some day. */
const SESSION_ENDS = { idleMs: 24 * HOUR, absoluteMs: 30 * 24 * HOUR } as const
const SEEN_EVERY_MS = 60_000
const USER_AGENT_LENGTH = 300

export interface SignedIn extends PersonSession {
  token: string
}

type Headers = Readonly<Record<string, string | undefined>>

export interface SessionParts {
  db: Database
  clock: Clock
  random: Random
  cookie: SessionCookie
  publicUrl: string
  apiKeys: Access
}

/** Bearer keys as before; and where there is none, the session of a browser. */
export class Sessions implements Access {
  readonly #parts: SessionParts

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  authenticate(token: string): Promise<Caller | undefined> {
    return this.#parts.apiKeys.authenticate(token)
  }

  /**
   * The person whose browser asks.
   * @throws {Problem} `forbidden_origin` for a request that could change something and does not show that a page of
   * ours makes it
   */
  async authenticateBrowser(method: string, headers: Headers): Promise<Caller | undefined> {
    const session = await this.find(headers)
    if (session === undefined) return undefined
    if (method !== 'GET' && method !== 'HEAD') this.checkPage(session, headers)
    const { person } = session
    return { keyId: person.id, workspaceId: person.workspaceId, scopes: scopesOf(person), mode: 'live' }
  }

  /** @throws {Problem} `forbidden_origin` */
  checkPage({ token }: SignedIn, headers: Headers): void {
    ownOrigin(headers, this.#parts.publicUrl)
    if (!sameText(headers['x-tockwork-csrf'] ?? '', csrfTokenOf(token)))
      throw problem('forbidden_origin', 'The header x-tockwork-csrf does not hold what GET /session says.')
  }

  async find(headers: Headers): Promise<SignedIn | undefined> {
    const { db, clock, cookie } = this.#parts
    const token = cookie.read(headers.cookie)
    const hash = token === undefined ? undefined : hashToken(token)
    if (token === undefined || hash === undefined) return undefined
    const session = await findPersonSession(db, hash)
    if (session === undefined) return undefined
    const now = clock.now()
    if (session.expiresAt <= now || session.seenAt + SESSION_ENDS.idleMs <= now) return undefined
    if (session.seenAt + SEEN_EVERY_MS <= now)
      await touchPersonSession(db, session.person.workspaceId, session.id, now)
    return { ...session, token }
  }

  /** @returns the token of a new session; a cookie is its only place */
  async begin(db: Database, person: Person, userAgent: string | undefined): Promise<string> {
    const { clock, random } = this.#parts
    const token = newToken(random)
    const now = clock.now()
    const session = {
      id: newId('ses', clock, random),
      person,
      createdAt: now,
      expiresAt: now + SESSION_ENDS.absoluteMs,
      userAgent: userAgent?.slice(0, USER_AGENT_LENGTH).replaceAll('\0', '').toWellFormed() ?? null,
    }
    await insertPersonSession(db, session, hashToken(token) as Uint8Array)
    return token
  }

  async end({ id, person }: SignedIn): Promise<void> {
    await deletePersonSession(this.#parts.db, person.workspaceId, id)
  }

  async forgetEnded(): Promise<void> {
    const now = this.#parts.clock.now()
    await deleteEndedSessions(this.#parts.db, now, now - SESSION_ENDS.idleMs)
  }
}

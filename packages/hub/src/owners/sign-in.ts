/** Signing in with a password, and how often it may be tried. */
import { Problem, problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { findPersonByLogin, type Person } from '../storage/people.ts'
import { countAttempt, deleteOldAttempts, forgetAttempts } from '../storage/sign-in-attempts.ts'
import type { Passwords } from './passwords.ts'
import { sha256 } from './tokens.ts'

const WINDOW_MS = 15 * 60_000
/**
 * From one address for one login; from one address; for one login from anywhere. The last is roomy, since somebody else's
 * guesses would otherwise keep a person out.
 */
const LIMITS = { pair: 10, address: 60, login: 200 } as const

export interface SignInParts {
  db: Database
  clock: Clock
  passwords: Passwords
}

export class SignIn {
  readonly #parts: SignInParts

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /** @throws {Problem} `sign_in_failed`, the same for a wrong login as for a wrong password; `too_many_requests` */
  async withPassword(login: string, password: string, ip: string): Promise<Person> {
    const { db, passwords } = this.#parts
    await this.count({ pair: `${ip} ${login}`, address: ip, login })
    const found = await findPersonByLogin(db, login)
    const matches = await passwords.matches(password, found?.passwordHash)
    if (found === undefined || !matches) {
      if (found !== undefined) await this.note(found, 'person.sign_in_failed', { with: 'password' })
      throw refused()
    }
    await forgetAttempts(db, keyOf('pair', `${ip} ${login}`))
    await this.note(found, 'person.sign_in', { with: 'password' })
    return found
  }

  /**
   * Counts before anything is looked at.
   * @throws {Problem} `too_many_requests`
   */
  async count(by: Partial<Record<keyof typeof LIMITS, string>>): Promise<void> {
    const { db, clock } = this.#parts
    const now = clock.now()
    for (const [kind, text] of Object.entries(by) as [keyof typeof LIMITS, string][]) {
      const { count, since } = await countAttempt(db, keyOf(kind, text), now, WINDOW_MS)
      if (count > LIMITS[kind])
        throw problem('too_many_requests', 'Too many attempts; wait some minutes', {
          retryAfter: Math.max(1, (since + WINDOW_MS - now) / 1_000),
        })
    }
  }

  async note(person: Person, action: string, detail: Record<string, unknown>): Promise<void> {
    const { db, clock } = this.#parts
    await appendAudit(db, {
      workspaceId: person.workspaceId,
      at: clock.now(),
      actor: `person:${person.id}`,
      action,
      subject: person.id,
      detail,
    })
  }

  async forgetOld(): Promise<void> {
    await deleteOldAttempts(this.#parts.db, this.#parts.clock.now() - WINDOW_MS)
  }
}

export function refused(): Problem {
  return new Problem({
    status: 401,
    code: 'sign_in_failed',
    title: 'These do not fit together',
    detail: 'The login or what was given with it is not right.',
  })
}

function keyOf(kind: string, text: string): Uint8Array {
  return sha256(`${kind} ${text}`)
}

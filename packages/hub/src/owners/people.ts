/** The people of a workspace: invited by a link, given a role, removed. */
import { Problem, problem } from '@tockwork/api'
import { type Clock, type Random, Secret } from '@tockwork/kernel'
import type { Caller } from '../http/ports.ts'
import { newId } from '../ids.ts'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { firstWorkspaceId, once } from '../storage/first-start.ts'
import {
  deletePerson,
  findPerson,
  findPersonByLogin,
  hasPeople,
  insertPerson,
  lockOwners,
  type Person,
  updatePerson,
} from '../storage/people.ts'
import type { Role } from '../storage/people-tables.ts'
import {
  deleteFirstInvitations,
  deleteInvitation,
  findInvitation,
  type Invitation,
  insertInvitation,
} from '../storage/person-invitations.ts'
import { deleteSessionsOf } from '../storage/person-sessions.ts'
import { findWorkspace } from '../storage/workspaces.ts'
import { actorOf } from '../tenancy/principal.ts'
import type { Passwords } from './passwords.ts'
import { hashToken, newToken } from './tokens.ts'

const DAY = 86_400_000
const LIFE_MS: Readonly<Record<Invitation['kind'], number>> = { first: DAY, invite: 7 * DAY, reset: DAY }

export interface PeopleParts {
  db: Database
  clock: Clock
  random: Random
  passwords: Passwords
  /** Where browsers reach the hub, without a slash at the end. */
  publicUrl: string
}

/** What somebody who follows a link is told, and says. */
export interface InvitationView {
  kind: Invitation['kind']
  role: Role
  workspace: string
  /** Of a reset: whose password. */
  login: string | null
  expiresAt: number
}

export interface Acceptance {
  token: string
  login: string
  name: string
  password: string
}

export class People {
  readonly #parts: PeopleParts

  constructor(parts: PeopleParts) {
    this.#parts = parts
  }

  /**
   * The link by which the first person of an installation makes their account; each start makes a new one, and all end when
   * somebody has used one.
   * @returns undefined when there are people already, or no workspace
   */
  async firstLink(): Promise<Secret | undefined> {
    return await once(this.#parts.db, async (tx) => {
      const workspaceId = await firstWorkspaceId(tx)
      if (workspaceId === undefined || (await hasPeople(tx))) return undefined
      const wish = {
        workspaceId,
        kind: 'first',
        personId: null,
        role: 'owner',
        runsInstallation: true,
      } as const
      return (await this.#link(tx, wish, 'hub')).link
    })
  }

  /** @throws {Problem} `scope_missing` for a role above the caller's own */
  async invite(
    tx: Transaction,
    caller: Caller,
    role: Role,
  ): Promise<{ link: Secret; invitation: Invitation }> {
    const { clock } = this.#parts
    const runsInstallation = role === 'owner' && caller.scopes.includes('workspaces:write')
    const { workspaceId } = caller
    const wish = { workspaceId, kind: 'invite', personId: null, role, runsInstallation } as const
    const made = await this.#link(tx, wish, actorOf(caller))
    await appendAudit(tx, {
      workspaceId,
      at: clock.now(),
      actor: actorOf(caller),
      action: 'person.invite',
      subject: made.invitation.id,
      detail: { role },
    })
    return made
  }

  /** A link by which a person gives themselves another password; the one that they have works until then. */
  async invitePasswordReset(
    tx: Transaction,
    caller: Caller,
    personId: string,
  ): Promise<{ link: Secret; invitation: Invitation }> {
    const person = await findPerson(tx, caller.workspaceId, personId)
    if (person === undefined) throw missing()
    if (person.runsInstallation && !caller.scopes.includes('workspaces:write'))
      throw problem('scope_missing', 'The person may do more than you may.')
    return await this.#passwordReset(tx, person, actorOf(caller))
  }

  /**
   * The same for somebody whom nobody is left to make one for; whoever has the database may.
   * @returns undefined when nobody has this login
   */
  async invitePasswordResetOf(login: string): Promise<{ link: Secret; invitation: Invitation } | undefined> {
    return await this.#parts.db.transaction().execute(async (tx) => {
      const person = await findPersonByLogin(tx, login)
      return person === undefined ? undefined : await this.#passwordReset(tx, person, 'command')
    })
  }

  async #passwordReset(
    tx: Transaction,
    { id, workspaceId, role, runsInstallation }: Person,
    actor: string,
  ): Promise<{ link: Secret; invitation: Invitation }> {
    const wish = { workspaceId, kind: 'reset', personId: id, role, runsInstallation } as const
    const made = await this.#link(tx, wish, actor)
    await appendAudit(tx, {
      workspaceId,
      at: this.#parts.clock.now(),
      actor,
      action: 'person.password_link',
      subject: id,
      detail: {},
    })
    return made
  }

  /** @throws {Problem} `invitation_unknown` */
  async show(token: string): Promise<InvitationView> {
    const { db } = this.#parts
    const invitation = await this.#open(db, token)
    const workspace = await findWorkspace(db, invitation.workspaceId)
    const person =
      invitation.personId === null
        ? undefined
        : await findPerson(db, invitation.workspaceId, invitation.personId)
    return {
      kind: invitation.kind,
      role: invitation.role,
      workspace: workspace?.name ?? '',
      login: person?.login ?? null,
      expiresAt: invitation.expiresAt,
    }
  }

  /**
   * Uses a link up.
   * @param then runs in the same transaction: begins the session
   * @throws {Problem} `invitation_unknown`, `login_taken`
   */
  async accept<T>(wish: Acceptance, then: (tx: Transaction, person: Person) => Promise<T>): Promise<T> {
    const { db, clock, random, passwords } = this.#parts
    // Before the expensive part, and once more under a lock after it.
    await this.#open(db, wish.token)
    const passwordHash = await passwords.hash(wish.password)
    return await db.transaction().execute(async (tx) => {
      const invitation = await this.#open(tx, wish.token, true)
      const { workspaceId, kind, role, runsInstallation, personId } = invitation
      const now = clock.now()
      await deleteInvitation(tx, workspaceId, invitation.id)
      if (kind === 'first') await deleteFirstInvitations(tx)
      let person: Person | undefined
      if (kind === 'reset') {
        person = await updatePerson(tx, workspaceId, personId ?? '', { passwordHash }, now)
        if (person === undefined) throw unknown()
        await deleteSessionsOf(tx, person)
      } else {
        const { login, name } = wish
        if (login === '') throw problem('invalid_request', 'Choose a login.', { field: 'login' })
        const id = newId('per', clock, random)
        person = { id, workspaceId, login, name, role, runsInstallation, createdAt: now }
        if (!(await insertPerson(tx, { ...person, passwordHash })))
          throw new Problem({
            status: 409,
            code: 'login_taken',
            title: 'Somebody has this login',
            detail: 'Choose another login.',
            field: 'login',
          })
      }
      await appendAudit(tx, {
        workspaceId,
        at: now,
        actor: `person:${person.id}`,
        action: kind === 'reset' ? 'person.password_reset' : 'person.join',
        subject: person.id,
        detail: { role: person.role, invited_by: invitation.createdBy },
      })
      return await then(tx, person)
    })
  }

  /** @throws {Problem} `conflict` when nobody would be left who may do this */
  async setRole(caller: Caller, id: string, role: Role): Promise<Person> {
    const { db, clock } = this.#parts
    return await db.transaction().execute(async (tx) => {
      await this.#keepAnOwner(tx, caller, id, role)
      const person = await updatePerson(tx, caller.workspaceId, id, { role }, clock.now())
      if (person === undefined) throw missing()
      await this.#note(tx, caller, 'person.role', id, { role })
      return person
    })
  }

  /** With sessions and passkeys. What they did stays in the audit log under their id. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.transaction().execute(async (tx) => {
      await this.#keepAnOwner(tx, caller, id, undefined)
      if (!(await deletePerson(tx, caller.workspaceId, id))) throw missing()
      await this.#note(tx, caller, 'person.remove', id, {})
    })
  }

  async #keepAnOwner(tx: Transaction, caller: Caller, id: string, role: Role | undefined): Promise<void> {
    const owners = await lockOwners(tx, caller.workspaceId)
    const person = await findPerson(tx, caller.workspaceId, id)
    if (person === undefined) throw missing()
    if (person.runsInstallation && !caller.scopes.includes('workspaces:write'))
      throw problem('scope_missing', 'The person may do more than you may.')
    if (role !== 'owner' && owners.length === 1 && owners[0] === id)
      throw problem('conflict', 'The workspace would have no owner; make somebody else one first.')
  }

  async #note(
    tx: Transaction,
    caller: Caller,
    action: string,
    subject: string,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const { workspaceId } = caller
    const at = this.#parts.clock.now()
    await appendAudit(tx, { workspaceId, at, actor: actorOf(caller), action, subject, detail })
  }

  async #open(db: Database, token: string, lock = false): Promise<Invitation> {
    const hash = hashToken(token)
    const found = hash === undefined ? undefined : await findInvitation(db, hash, { lock })
    if (found === undefined || found.expiresAt <= this.#parts.clock.now()) throw unknown()
    return found
  }

  async #link(
    tx: Transaction,
    wish: Pick<Invitation, 'workspaceId' | 'kind' | 'personId' | 'role' | 'runsInstallation'>,
    createdBy: string,
  ): Promise<{ link: Secret; invitation: Invitation }> {
    const { clock, random, publicUrl } = this.#parts
    const token = newToken(random)
    const now = clock.now()
    const id = newId('inv', clock, random)
    const invitation = { ...wish, id, createdBy, createdAt: now, expiresAt: now + LIFE_MS[wish.kind] }
    await insertInvitation(tx, invitation, hashToken(token) as Uint8Array)
    // Behind the # it stays in the browser: no server log and no referrer has it.
    return { link: new Secret(`${publicUrl}/welcome#${token}`), invitation }
  }
}

function missing(): Problem {
  return problem('not_found', 'There is no such person.')
}

function unknown(): Problem {
  return new Problem({
    status: 404,
    code: 'invitation_unknown',
    title: 'This link is not good any more',
    detail: 'It was used, has expired, or is not whole. Ask for another one.',
  })
}

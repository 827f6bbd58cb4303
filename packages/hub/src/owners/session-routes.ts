/** Signing in and out. These answer and take cookies, so they are no operations of the API; what they open is. */
import { problem } from '@tockwork/api'
import { z } from 'zod'
import type { PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { iso } from '../routes/iso-time.ts'
import type { Database } from '../storage/database.ts'
import { deletePasskey, listPasskeys } from '../storage/passkeys.ts'
import { findPerson, hasPeople, updatePerson } from '../storage/people.ts'
import { deleteSessionsOf } from '../storage/person-sessions.ts'
import { findWorkspace } from '../storage/workspaces.ts'
import type { SessionCookie } from './cookies.ts'
import type { Passkeys } from './passkeys.ts'
import type { Passwords } from './passwords.ts'
import type { People } from './people.ts'
import { anyPassword, linkToken, login, newPassword, personName, readBody } from './request.ts'
import { scopesOf } from './roles.ts'
import { ownOrigin } from './same-origin.ts'
import type { Sessions, SignedIn } from './sessions.ts'
import { refused, type SignIn } from './sign-in.ts'
import { csrfTokenOf } from './tokens.ts'

export interface SessionRouteParts {
  db: Database
  clock: { now(): number }
  cookie: SessionCookie
  publicUrl: string
  sessions: Sessions
  signIn: SignIn
  people: People
  passkeys: Passkeys
  passwords: Passwords
}

const credentials = z.strictObject({ login, password: anyPassword })
const invitation = z.strictObject({ token: linkToken })
const acceptance = z.strictObject({ token: linkToken, login, name: personName, password: newPassword })
const resetting = z.strictObject({ token: linkToken, password: newPassword })
const passwordChange = z.strictObject({ current: z.string().max(256), password: newPassword })
const passkeyAnswer = z.strictObject({ response: z.record(z.string(), z.unknown()) })
const passkeyChoice = z.strictObject({ id: z.string().min(1).max(2048) })
const newPasskey = passkeyAnswer.extend({ name: personName })

export function sessionRoutes(parts: SessionRouteParts): PlainRoute[] {
  const { db, clock, cookie, publicUrl, sessions, signIn, people, passkeys, passwords } = parts

  const signedIn = async (request: PlainRequest): Promise<SignedIn> => {
    const session = await sessions.find(request.headers)
    if (session === undefined) throw problem('unauthenticated', 'Sign in first.')
    sessions.checkPage(session, request.headers)
    return session
  }

  /** A new session for every sign-in, so that nobody can hand another person one that they know. */
  const entered = (token: string): PlainAnswer => ({
    ...json(200, {}),
    headers: { ...JSON_TYPE, 'set-cookie': cookie.set(token) },
  })

  const post = (path: `/${string}`, handle: (request: PlainRequest) => Promise<PlainAnswer>): PlainRoute => ({
    method: 'POST',
    path,
    handle,
  })

  return [
    {
      method: 'GET',
      path: '/session',
      handle: async ({ headers }) => {
        const session = await sessions.find(headers)
        if (session === undefined) return json(200, { person: null, first_start: !(await hasPeople(db)) })
        const { person } = session
        const [workspace, keys, full] = await Promise.all([
          findWorkspace(db, person.workspaceId),
          listPasskeys(db, person.workspaceId, person.id),
          findPerson(db, person.workspaceId, person.id),
        ])
        return json(200, {
          person: {
            id: person.id,
            login: person.login,
            name: person.name,
            role: person.role,
            has_password: full?.passwordHash != null,
          },
          workspace: { id: person.workspaceId, name: workspace?.name ?? '' },
          scopes: scopesOf(person),
          csrf: csrfTokenOf(session.token),
          expires_at: iso(session.expiresAt),
          passkeys: keys.map(({ id, name, createdAt, lastUsedAt }) => ({
            id,
            name,
            created_at: iso(createdAt),
            last_used_at: lastUsedAt === null ? null : iso(lastUsedAt),
          })),
        })
      },
    },
    post('/session', async (request) => {
      ownOrigin(request.headers, publicUrl)
      const said = readBody(credentials, request)
      const person = await signIn.withPassword(said.login, said.password, request.ip)
      return entered(await sessions.begin(db, person, request.userAgent))
    }),
    {
      method: 'DELETE',
      path: '/session',
      handle: async (request) => {
        const session = await signedIn(request)
        await sessions.end(session)
        await signIn.note(session.person, 'person.sign_out', {})
        return { status: 204, headers: { 'set-cookie': cookie.clear() } }
      },
    },
    post('/session/invitation', async (request) => {
      ownOrigin(request.headers, publicUrl)
      await signIn.count({ address: request.ip })
      const view = await people.show(readBody(invitation, request).token)
      const { expiresAt, ...rest } = view
      return json(200, { ...rest, expires_at: iso(expiresAt) })
    }),
    post('/session/accept', async (request) => {
      ownOrigin(request.headers, publicUrl)
      await signIn.count({ address: request.ip })
      const said = readBody(z.union([acceptance, resetting]), request)
      const wish = { login: '', name: '', ...said }
      return entered(await people.accept(wish, (tx, person) => sessions.begin(tx, person, request.userAgent)))
    }),
    post('/session/password', async (request) => {
      const session = await signedIn(request)
      const { person } = session
      await signIn.count({ pair: `${request.ip} ${person.login}` })
      const said = readBody(passwordChange, request)
      const full = await findPerson(db, person.workspaceId, person.id)
      if (full?.passwordHash != null && !(await passwords.matches(said.current, full.passwordHash)))
        throw refused()
      const passwordHash = await passwords.hash(said.password)
      await db.transaction().execute(async (tx) => {
        await updatePerson(tx, person.workspaceId, person.id, { passwordHash }, clock.now())
        // Whoever may have known the old one is out.
        await deleteSessionsOf(tx, person, session.id)
      })
      await signIn.note(person, 'person.password_change', {})
      return { status: 204 }
    }),
    post('/session/passkey/challenge', async (request) => {
      const origin = ownOrigin(request.headers, publicUrl)
      await signIn.count({ address: request.ip })
      return json(200, await passkeys.signInOptions(origin))
    }),
    post('/session/passkey', async (request) => {
      const origin = ownOrigin(request.headers, publicUrl)
      await signIn.count({ address: request.ip })
      const person = await passkeys.signIn(origin, readBody(passkeyAnswer, request).response)
      await signIn.note(person, 'person.sign_in', { with: 'passkey' })
      return entered(await sessions.begin(db, person, request.userAgent))
    }),
    post('/session/passkeys/challenge', async (request) => {
      const { person } = await signedIn(request)
      return json(200, await passkeys.registrationOptions(person, ownOrigin(request.headers, publicUrl)))
    }),
    post('/session/passkeys', async (request) => {
      const { person } = await signedIn(request)
      const { name, response } = readBody(newPasskey, request)
      const passkey = await passkeys.register(person, name, ownOrigin(request.headers, publicUrl), response)
      await signIn.note(person, 'person.passkey_add', {})
      return json(201, { id: passkey.id, name })
    }),
    post('/session/passkeys/remove', async (request) => {
      const { person } = await signedIn(request)
      // Not in the path: the ids of some are longer than a path may be.
      const { id } = readBody(passkeyChoice, request)
      const keys = await listPasskeys(db, person.workspaceId, person.id)
      const full = await findPerson(db, person.workspaceId, person.id)
      if (keys.length === 1 && full?.passwordHash == null)
        throw problem('conflict', 'Without a password this passkey is the only way in.')
      if (!(await deletePasskey(db, person.workspaceId, person.id, id)))
        throw problem('not_found', 'There is no such passkey.')
      await signIn.note(person, 'person.passkey_remove', {})
      return { status: 204 }
    }),
  ]
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const

function json(status: number, body: unknown): PlainAnswer {
  return { status, headers: JSON_TYPE, body: JSON.stringify(body) }
}

/** Passkeys (WebAuthn): made by a person who is signed in, good for signing in without a login or a password. */

import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { Problem, problem } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
import {
  deleteExpiredChallenges,
  findPasskey,
  insertChallenge,
  insertPasskey,
  listPasskeys,
  type Passkey,
  takeChallenge,
  usePasskey,
} from '../storage/passkeys.ts'
import { findPerson, type Person } from '../storage/people.ts'
import { refused } from './sign-in.ts'
import { sha256 } from './tokens.ts'

const CHALLENGE_LIFE_MS = 5 * 60_000
const MOST_A_PERSON = 20

type Transports = NonNullable<
  Parameters<typeof generateRegistrationOptions>[0]['excludeCredentials']
>[number]['transports']

export interface PasskeyParts {
  db: Database
  clock: Clock
  random: Random
}

export class Passkeys {
  readonly #parts: PasskeyParts

  constructor(parts: PasskeyParts) {
    this.#parts = parts
  }

  /** What the browser is asked, so that a person gets a passkey for this origin. */
  async registrationOptions(person: Person, origin: string) {
    const { db } = this.#parts
    const known = await listPasskeys(db, person.workspaceId, person.id)
    if (known.length >= MOST_A_PERSON) throw problem('conflict', 'Remove a passkey that is not used first.')
    const options = await generateRegistrationOptions({
      rpName: 'Tockwork',
      rpID: hostOf(origin),
      userID: new TextEncoder().encode(person.id),
      userName: person.login,
      userDisplayName: person.name,
      challenge: this.#newChallenge(),
      attestationType: 'none',
      excludeCredentials: known.map(({ id, transports }) => ({
        id,
        transports: transports as NonNullable<Transports>,
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await this.#keep(options.challenge, person.id)
    return options
  }

  /** @throws {Problem} `passkey_refused` */
  async register(person: Person, name: string, origin: string, response: unknown): Promise<Passkey> {
    const { db, clock } = this.#parts
    const verified = await verifyRegistrationResponse({
      // Its shape is the library's to check: it throws at whatever it cannot read.
      response: response as RegistrationResponseJSON,
      expectedChallenge: (challenge) => this.#take(challenge, person.id),
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: true,
    }).catch(passkeyRefused)
    if (!verified.verified) throw passkeyRefused()
    const { credential } = verified.registrationInfo
    const passkey: Passkey = {
      id: credential.id,
      personId: person.id,
      workspaceId: person.workspaceId,
      name,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      createdAt: clock.now(),
      lastUsedAt: null,
    }
    if (!(await insertPasskey(db, passkey))) throw problem('conflict', 'The passkey is known already.')
    return passkey
  }

  /** What the browser is asked of somebody who is not known yet: the passkey itself says who it is of. */
  async signInOptions(origin: string) {
    const options = await generateAuthenticationOptions({
      rpID: hostOf(origin),
      challenge: this.#newChallenge(),
      userVerification: 'required',
    })
    await this.#keep(options.challenge, null)
    return options
  }

  /** @throws {Problem} `sign_in_failed` */
  async signIn(origin: string, response: unknown): Promise<Person> {
    const { db, clock } = this.#parts
    const id: unknown = Reflect.get(Object(response), 'id')
    const passkey = typeof id === 'string' ? await findPasskey(db, id) : undefined
    if (passkey === undefined) throw refused()
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: (challenge) => this.#take(challenge, null),
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
        transports: passkey.transports as NonNullable<Transports>,
      },
    }).catch(() => undefined)
    if (verified?.verified !== true) throw refused()
    const { newCounter } = verified.authenticationInfo
    if (!(await usePasskey(db, passkey, newCounter, clock.now()))) throw refused()
    const person = await findPerson(db, passkey.workspaceId, passkey.personId)
    if (person === undefined) throw refused()
    return person
  }

  async forgetExpired(): Promise<void> {
    await deleteExpiredChallenges(this.#parts.db, this.#parts.clock.now())
  }

  #newChallenge(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#parts.random.bytes(32))
  }

  async #keep(challenge: string, personId: string | null): Promise<void> {
    const { db, clock } = this.#parts
    await insertChallenge(db, {
      hash: sha256(challenge),
      personId,
      expiresAt: clock.now() + CHALLENGE_LIFE_MS,
    })
  }

  async #take(challenge: string, personId: string | null): Promise<boolean> {
    const { db, clock } = this.#parts
    const found = await takeChallenge(db, sha256(challenge), clock.now())
    return found !== undefined && found.personId === personId
  }
}

function hostOf(origin: string): string {
  return new URL(origin).hostname
}

function passkeyRefused(cause?: unknown): never {
  throw new Problem({
    status: 422,
    code: 'passkey_refused',
    title: 'The passkey could not be taken',
    detail: 'Ask for a new one and try again.',
    cause,
  })
}

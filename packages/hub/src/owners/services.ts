/** People and their sessions, put together from the parts that a program has. */
import type { Clock, Random } from '@tockwork/kernel'
import type { Access } from '../http/ports.ts'
import { peopleHandlers } from '../routes/people.ts'
import type { Database } from '../storage/database.ts'
import { deleteExpiredInvitations } from '../storage/person-invitations.ts'
import { SessionCookie } from './cookies.ts'
import { Passkeys } from './passkeys.ts'
import { Passwords, type ScryptCost } from './passwords.ts'
import { People } from './people.ts'
import { sessionRoutes } from './session-routes.ts'
import { Sessions } from './sessions.ts'
import { SignIn } from './sign-in.ts'

export interface PeopleServiceParts {
  db: Database
  clock: Clock
  random: Random
  publicUrl: string
  apiKeys: Access
  /** Another than the current setting, for tests. */
  passwordCost?: ScryptCost | undefined
}

export function createPeopleServices(parts: PeopleServiceParts) {
  const { db, clock, random, publicUrl, apiKeys } = parts
  const cookie = new SessionCookie(publicUrl)
  const passwords = new Passwords(random, parts.passwordCost)
  const people = new People({ db, clock, random, passwords, publicUrl })
  const passkeys = new Passkeys({ db, clock, random })
  const signIn = new SignIn({ db, clock, passwords })
  const sessions = new Sessions({ db, clock, random, cookie, publicUrl, apiKeys })
  return {
    /** Bearer keys and sessions. */
    access: sessions,
    firstLink: () => people.firstLink(),
    handlers: peopleHandlers({ db, people }),
    plainRoutes: sessionRoutes({
      db,
      clock,
      cookie,
      publicUrl,
      sessions,
      signIn,
      people,
      passkeys,
      passwords,
    }),
    /** Forgets what has ended; for an hourly job. */
    housekeeping: async () => {
      await sessions.forgetEnded()
      await signIn.forgetOld()
      await passkeys.forgetExpired()
      await deleteExpiredInvitations(db, clock.now())
    },
  }
}

/** A way back in for whoever is locked out of the dashboard and has the machine. */
import { type Clock, cryptoRandom, type Random, type Secret, systemClock } from '@tockwork/kernel'
import type { Config } from '../config.ts'
import { defaultPublicUrl } from '../default-public-url.ts'
import { listLogins } from '../storage/people.ts'
import { withDatabase } from '../with-database.ts'
import { Passwords } from './passwords.ts'
import { People } from './people.ts'

/** Logins that are named to somebody who does not remember theirs. */
const MOST_LOGINS = 20

export interface PasswordLink {
  /** Opens the page on which another password is set, once. */
  link: Secret
  /** Unix milliseconds. */
  expiresAt: number
}

/**
 * A link by which a person sets another password. Hubs may run meanwhile. It stands in the audit log.
 * @returns the logins there are, 20 at most, when nobody has this one
 * @throws {DatabaseError}
 */
export async function passwordLinkFor(
  config: Config,
  login: string,
  { clock = systemClock, random = cryptoRandom }: { clock?: Clock; random?: Random } = {},
): Promise<PasswordLink | { logins: string[] }> {
  return await withDatabase(config, async (db) => {
    const publicUrl = config.publicUrl ?? defaultPublicUrl(config.port)
    const people = new People({ db, clock, random, passwords: new Passwords(random), publicUrl })
    const made = await people.invitePasswordResetOf(login.trim().toLowerCase())
    if (made === undefined) return { logins: await listLogins(db, MOST_LOGINS) }
    return { link: made.link, expiresAt: made.invitation.expiresAt }
  })
}

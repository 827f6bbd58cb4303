import type { OutputOf } from '@tockwork/contracts'
import { type UserField, userFields, userInfo } from '@tockwork/contracts/display'
import type { Caller } from '../caller.ts'
import { fieldNames } from './field-names.ts'

/** A profile with every field that exists; a call gives those that were asked for. */
export type User = OutputOf<typeof userInfo>['user']
export type { UserField }
export { userFields }

/** Those fields of `T`, and they are there. */
export type Picked<T, F extends keyof T> = { [K in F]-?: Exclude<T[K], undefined> }

/** `creator.user` */
export class UserApi {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * The connected user's profile. Counters need `user.info.stats`, profile details `user.info.profile`.
   * TikTok may leave out a field it has no value for; check before relying on one that a user can leave empty.
   */
  async info<const F extends UserField>(
    fields: readonly F[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Picked<User, F>> {
    const { user } = await this.#caller.call(userInfo, { query: { fields: fieldNames(fields) }, ...options })
    // Narrowed to what was asked for: TikTok answers with exactly the requested fields.
    return user as Picked<User, F>
  }
}

import { type Clock, Secret } from '@tockwork/kernel'
import { renewalDue } from './token-set.ts'

/** An app's own token, for Research and Commercial Content. */
export interface ClientToken {
  accessToken: Secret
  obtainedAt: number
  expiresAt: number
}

/** Holds the app's token; one request however many callers wait. There is no refresh token: an old one is replaced. */
export class ClientTokenKeeper {
  readonly #clock: Clock
  readonly #ask: () => Promise<{ access_token: string; expires_in: number }>
  #held: ClientToken | undefined
  #flight: Promise<ClientToken> | undefined

  constructor(clock: Clock, ask: () => Promise<{ access_token: string; expires_in: number }>) {
    this.#clock = clock
    this.#ask = ask
  }

  /** A token that is good now, and not the one that was refused. */
  async get(rejected?: string): Promise<ClientToken> {
    const held = this.#held
    if (held !== undefined && held.accessToken.reveal() !== rejected && this.#clock.now() < renewalDue(held))
      return held
    this.#flight ??= this.#renew().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #renew(): Promise<ClientToken> {
    const { access_token, expires_in } = await this.#ask()
    const obtainedAt = this.#clock.now()
    this.#held = {
      accessToken: new Secret(access_token),
      obtainedAt,
      expiresAt: obtainedAt + expires_in * 1000,
    }
    return this.#held
  }
}

import type { TokenSet } from './token-set.ts'

/**
 * Where tokens are kept. It is read on every call and is the truth: another process may have renewed a token there.
 * A slow store should keep its own cache.
 */
export interface TokenStore {
  get(openId: string): Promise<TokenSet | undefined>
  /** Must not return before the set would survive a crash: an old refresh token may be worthless from here on. */
  put(tokens: TokenSet): Promise<void>
  delete(openId: string): Promise<void>
  list(): Promise<string[]>
  /** Runs `fn` while no other process runs one for the same user. Needed where several processes share a store. */
  lock?<T>(openId: string, fn: () => Promise<T>): Promise<T>
}

/** Keeps tokens in this process, for tests, scripts and single-run programs. */
export class MemoryTokenStore implements TokenStore {
  readonly #sets = new Map<string, TokenSet>()

  async get(openId: string): Promise<TokenSet | undefined> {
    return this.#sets.get(openId)
  }

  async put(tokens: TokenSet): Promise<void> {
    this.#sets.set(tokens.openId, tokens)
  }

  async delete(openId: string): Promise<void> {
    this.#sets.delete(openId)
  }

  async list(): Promise<string[]> {
    return [...this.#sets.keys()]
  }
}

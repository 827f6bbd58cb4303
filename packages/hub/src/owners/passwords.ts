/** Passwords, as scrypt keeps them: `scrypt$17$8$1$salt$hash`, so that a later, harder setting reads the earlier ones. */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { problem } from '@tockwork/api'
import type { Random } from '@tockwork/kernel'

export interface ScryptCost {
  /** log2 of N. */
  logN: number
  r: number
  p: number
}

/** 128 MiB and some 0.3 s: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const COST: ScryptCost = { logN: 17, r: 8, p: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Each takes 128 MiB, so that more at once would be a way to fill the memory. */
const AT_ONCE = 2
const WAITING = 20

export const PASSWORD_LENGTH = { least: 12, most: 256 } as const

export class Passwords {
  readonly #random: Random
  readonly #cost: ScryptCost
  #running = 0
  readonly #waiting: (() => void)[] = []
  #decoy: Promise<string> | undefined

  constructor(random: Random, cost: ScryptCost = COST) {
    this.#random = random
    this.#cost = cost
  }

  async hash(password: string): Promise<string> {
    const salt = this.#random.bytes(SALT_BYTES)
    const { logN, r, p } = this.#cost
    const hash = await this.#derive(password, salt, this.#cost)
    return ['scrypt', logN, r, p, base64(salt), base64(hash)].join('$')
  }

  /**
   * Whether it is the password. Where there is none to compare with (no such person, or one with a passkey alone), as much
   * is computed as where there is, so that the time of an answer says nothing of who exists.
   */
  async matches(password: string, stored: string | null | undefined): Promise<boolean> {
    this.#decoy ??= this.hash('')
    const read = parse(stored ?? (await this.#decoy))
    if (read === undefined) return false
    const hash = await this.#derive(password, read.salt, read.cost)
    return timingSafeEqual(hash, read.hash) && stored != null
  }

  async #derive(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Uint8Array> {
    await this.#turn()
    try {
      // One accent typed as one character or as two is the same password.
      return await derive(password.normalize('NFKC'), salt, cost)
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING)
        throw problem('too_many_requests', 'Too many people sign in at this moment', { retryAfter: 2 })
      await new Promise<void>((go) => this.#waiting.push(go))
    }
    this.#running += 1
  }
}

function derive(password: string, salt: Uint8Array, { logN, r, p }: ScryptCost): Promise<Uint8Array> {
  const N = 2 ** logN
  return new Promise((done, fail) =>
    scrypt(password, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, hash) =>
      error === null ? done(hash) : fail(error),
    ),
  )
}

function parse(stored: string): { cost: ScryptCost; salt: Uint8Array; hash: Uint8Array } | undefined {
  const [name, logN, r, p, salt = '', hash = ''] = stored.split('$')
  if (name !== 'scrypt') return undefined
  const bytes = Buffer.from(hash, 'base64url')
  if (bytes.length !== HASH_BYTES) return undefined
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: bytes,
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

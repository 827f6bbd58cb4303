import { hash } from 'node:crypto'
import type { Random } from '@tockwork/kernel'
import type { World } from './model.ts'

/** Ids and tokens. Under a seed the n-th id is always the same; without one they are unpredictable. */
export class Ids {
  readonly #world: World
  readonly #seed: string
  readonly #seeded: boolean
  #count: number

  /** `random` is used where no seed is given. */
  constructor(world: World, seed: string | undefined, random: Random) {
    this.#world = world
    this.#seeded = seed !== undefined
    this.#seed = seed ?? Buffer.from(random.bytes(16)).toString('hex')
    this.#count = Number(world.meta.get('ids')?.value ?? 0)
  }

  /** Lowercase hex. */
  hex(length: number): string {
    return this.#hash().toString('hex').slice(0, length)
  }

  /** A credential with TikTok's prefix: `act.`, `rft.`, `clt.` or none for a code. */
  token(prefix: string): string {
    return `${prefix}${this.#hash().toString('base64url')}${this.hex(8)}`
  }

  /** A 19-digit id as TikTok makes them: seconds in the upper half, a number in the lower. */
  postId(seconds: number): string {
    const low = BigInt(this.#hash().readUInt32BE(0))
    return String((BigInt(seconds) << 32n) | low)
  }

  uuid(): string {
    const h = this.hex(32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`
  }

  #hash(): Buffer {
    this.#count += 1
    if (this.#seeded) this.#world.meta.put({ id: 'ids', value: this.#count })
    return hash('sha256', `${this.#seed}:${this.#count}`, 'buffer')
  }
}

/** The support id of an answer: time and a running number, in TikTok's form. */
export function logId(nowMs: number, count: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return `${time}${count.toString(16).toUpperCase().padStart(20, '0')}`
}

import { BudgetExceeded, MalformedMedia } from '../byte-reader.ts'

/** Maps become `Map`s, tags are dropped, integers beyond 2^53 lose their last digits: names and texts are all we need. */
export type Cbor = number | string | boolean | null | undefined | Uint8Array | Cbor[] | Map<Cbor, Cbor>

/** Manifests of real files nest a dozen deep and hold a few thousand items. */
const MAX_DEPTH = 64
const MAX_ITEMS = 100_000

/**
 * Decodes one CBOR item (RFC 8949) from the start of `bytes`.
 * @throws MalformedMedia where it is none, BudgetExceeded where it is larger than any honest one
 */
export function decodeCbor(bytes: Uint8Array): Cbor {
  return new Decoder(bytes).item(0)
}

const BREAK = Symbol('break')

class Decoder {
  #bytes: Uint8Array
  #view: DataView
  #at = 0
  #items = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  item(depth: number): Cbor {
    const value = this.#next(depth)
    if (value === BREAK) throw new MalformedMedia('a break where a value should be')
    return value
  }

  #next(depth: number): Cbor | typeof BREAK {
    this.#items += 1
    if (depth > MAX_DEPTH || this.#items > MAX_ITEMS) throw new BudgetExceeded('CBOR without an end')
    const first = this.#view.getUint8(this.#at++)
    const major = first >> 5
    const info = first & 31
    if (major === 7) return this.#simple(info)
    const argument = info === 31 ? undefined : this.#argument(info)
    switch (major) {
      case 0:
        return argument
      case 1:
        return argument === undefined ? undefined : -1 - argument
      case 2:
        return argument === undefined ? this.#chunks(depth) : this.#take(argument)
      case 3: {
        const text = argument === undefined ? this.#chunks(depth) : this.#take(argument)
        return new TextDecoder().decode(text)
      }
      case 4:
        return this.#list(argument, depth)
      case 5:
        return this.#map(argument, depth)
      default:
        return this.item(depth + 1)
    }
  }

  #argument(info: number): number {
    if (info < 24) return info
    const at = this.#at
    switch (info) {
      case 24:
        this.#at += 1
        return this.#view.getUint8(at)
      case 25:
        this.#at += 2
        return this.#view.getUint16(at)
      case 26:
        this.#at += 4
        return this.#view.getUint32(at)
      case 27:
        this.#at += 8
        return Number(this.#view.getBigUint64(at))
      default:
        throw new MalformedMedia('a CBOR length of an unknown form')
    }
  }

  #simple(info: number): Cbor | typeof BREAK {
    if (info === 31) return BREAK
    if (info === 20 || info === 21) return info === 21
    if (info === 22) return null
    const at = this.#at
    const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[info] ?? 0
    this.#at += width
    if (info === 26) return this.#view.getFloat32(at)
    if (info === 27) return this.#view.getFloat64(at)
    // Half floats and unassigned values say nothing that is looked at here.
    return undefined
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new MalformedMedia('a CBOR string leaves its box')
    const taken = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }

  #chunks(depth: number): Uint8Array {
    const parts: Uint8Array[] = []
    while (true) {
      const part = this.#next(depth + 1)
      if (part === BREAK) return Buffer.concat(parts)
      if (typeof part === 'string') parts.push(Buffer.from(part))
      else if (part instanceof Uint8Array) parts.push(part)
      else throw new MalformedMedia('a CBOR string in pieces that are none')
    }
  }

  #list(count: number | undefined, depth: number): Cbor[] {
    const list: Cbor[] = []
    // Never sized by what the count claims: each item has to be there to be taken.
    for (let i = 0; count === undefined || i < count; i++) {
      const value = this.#next(depth + 1)
      if (value === BREAK) break
      list.push(value)
    }
    return list
  }

  #map(count: number | undefined, depth: number): Map<Cbor, Cbor> {
    const map = new Map<Cbor, Cbor>()
    for (let i = 0; count === undefined || i < count; i++) {
      const key = this.#next(depth + 1)
      if (key === BREAK) break
      map.set(key, this.item(depth + 1))
    }
    return map
  }
}

/** Writes numbers bit by bit, with the variable-length forms of H.264 (ITU-T H.264 9.1). */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256)
  #length = 0
  #current = 0
  #free = 8

  bits(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#free -= 1
      this.#current |= (Math.floor(value / 2 ** bit) & 1) << this.#free
      if (this.#free === 0) this.#flush()
    }
    return this
  }

  /** Unsigned Exp-Golomb. */
  ue(value: number): this {
    const length = 32 - Math.clz32(value + 1)
    return this.bits(0, length - 1).bits(value + 1, length)
  }

  /** Signed Exp-Golomb. */
  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value)
  }

  /** A one, then zeros to the byte's end (rbsp_trailing_bits). */
  trailing(): this {
    this.bits(1, 1)
    return this.align(0)
  }

  align(fill: 0 | 1): this {
    while (this.#free !== 8) this.bits(fill, 1)
    return this
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #flush(): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#length++] = this.#current
    this.#current = 0
    this.#free = 8
  }
}

/** A tag that is longer is no name or remark any more. */
const MAX_TEXT = 1000
const MAX_TAGS = 200

/** Texts found in a file, by their names; the first one of a name is kept. */
export class Tags {
  readonly #texts = new Map<string, string>()

  add(name: string, text: string): void {
    const clean = printableText(text)
    const key = printableText(name).slice(0, 100)
    if (clean === '' || key === '' || this.#texts.has(key) || this.#texts.size >= MAX_TAGS) return
    this.#texts.set(key, clean.slice(0, MAX_TEXT))
  }

  entries(): [string, string][] {
    return [...this.#texts]
  }
}

/** Control characters would let a file write into somebody's terminal. */
export function printableText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\ufffd]+/gu, ' ').trim()
}

import { ContractError } from '@tockwork/kernel'

/** A page of a list, and where the next one begins. */
export interface CursorPage<T> {
  items: T[]
  /** Hand it over as `cursor` to go on later. */
  cursor: string | undefined
  hasMore: boolean
}

/** A list that is read page by page: iterate it for items, or its `pages()`. Each iteration starts anew. */
export class CursorList<T> implements AsyncIterable<T> {
  readonly #start: string | undefined
  readonly #fetch: (cursor: string | undefined) => Promise<CursorPage<T>>
  readonly #endpoint: string
  readonly #cursorMayStay: boolean

  constructor(
    endpoint: string,
    start: string | undefined,
    fetch: (cursor: string | undefined) => Promise<CursorPage<T>>,
    /** `may-stay` where the cursor names a result set whose place the other side keeps. */
    cursor: 'moves' | 'may-stay' = 'moves',
  ) {
    this.#endpoint = endpoint
    this.#start = start
    this.#fetch = fetch
    this.#cursorMayStay = cursor === 'may-stay'
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { items } of this.pages()) yield* items
  }

  /** A page may be short or empty although there are more. */
  async *pages(): AsyncGenerator<CursorPage<T>, void, undefined> {
    let cursor = this.#start
    for (;;) {
      const page = await this.#fetch(cursor)
      yield page
      if (!page.hasMore) return
      if (page.cursor === undefined || (page.cursor === cursor && !this.#cursorMayStay))
        throw new ContractError(
          `${this.#endpoint}: TikTok says that there is more, but the cursor does not move.`,
          {
            code: 'cursor_stuck',
            retry: 'never',
            endpoint: this.#endpoint,
            action: 'Go on later from the last cursor; report it if it stays so.',
          },
        )
      cursor = page.cursor
    }
  }
}

/** Copies of what posts name by address, made so that it can be looked at. */
import { Problem } from '@tockwork/api'
import type { Clock } from '@tockwork/kernel'
import type { Asset } from '../storage/assets.ts'
import type { Transaction } from '../storage/database.ts'
import { type AssetParts, addAsset } from './asset-service.ts'
import type { ImportGate } from './import-gate.ts'
import { type AddressOptions, openAddress } from './open-address.ts'

export interface CopyWish {
  workspaceId: string
  url: string
  maxBytes: number
  signal: AbortSignal
  /** Runs in the transaction that writes the copy down; when it throws, there is none. */
  within: (tx: Transaction, copy: Asset) => Promise<void>
}

/**
 * Fetches what an address gives, without following where it leads on, since TikTok does not follow either.
 * @throws {Problem} `too_many_requests` while too much is being fetched; `asset_url_refused`, `asset_url_failed`,
 * `asset_url_redirects`, `asset_url_slow`, `asset_too_large`, `asset_not_media`
 */
export type CopyAddress = (wish: CopyWish) => Promise<void>

/** A minute in which less than this comes is the last one. */
const PACE_MS = 60_000
const PACE_BYTES = 1 << 20
/** As long as TikTok itself takes at most: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide */
const LONGEST_MS = 3_600_000

export function copyAddress(
  parts: AssetParts,
  { addresses, imports }: { addresses: Pick<AddressOptions, 'resolve' | 'toLoopback'>; imports: ImportGate },
): CopyAddress {
  return async ({ workspaceId, url, maxBytes, signal: asked, within }) => {
    using _place = imports.enter(workspaceId)
    using pace = new Pace(parts.clock)
    const signal = AbortSignal.any([asked, pace.signal])
    try {
      const content = await openAddress(url, { ...addresses, maxBytes, mostRedirects: 0, signal })
      const counted = pace.count(content)
      await addAsset(
        { ...parts, maxBytes },
        { workspaceId, content: counted, signal, origin: 'post', within },
      )
    } catch (error) {
      throw pace.signal.aborted && !asked.aborted ? tooSlow() : error
    }
  }
}

/** Gives a download up that keeps sending just enough not to be taken for dead. */
class Pace implements Disposable {
  readonly #clock: Clock
  readonly #slow = new AbortController()
  readonly #over = new AbortController()
  #bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
    void this.#watch()
  }

  get signal(): AbortSignal {
    return this.#slow.signal
  }

  async *count(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      this.#bytes += piece.byteLength
      yield piece
    }
    // Looking into it and storing it is at nobody's pace but ours.
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    const end = this.#clock.now() + LONGEST_MS
    try {
      for (let before = 0; ; before = this.#bytes) {
        await this.#clock.sleep(PACE_MS, this.#over.signal)
        if (this.#bytes - before >= PACE_BYTES && this.#clock.now() < end) continue
        return this.#slow.abort()
      }
    } catch {
      // It is over.
    }
  }
}

function tooSlow(): Problem {
  return new Problem({
    status: 422,
    code: 'asset_url_slow',
    title: 'The address gives the file too slowly',
    detail: `Less than ${PACE_BYTES / 1024} KiB came in a minute, or it took more than an hour.`,
    field: 'url',
  })
}

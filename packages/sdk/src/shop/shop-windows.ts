/** Spaces calls out before TikTok refuses them. Source: partner.tiktokshop.com/docv2 (rate limits). */
import { type ShopOperation, shopRules } from '@tockwork/contracts/shop'
import type { Clock } from '@tockwork/kernel'
import { type Limited, type Permit, RateGovernor } from '../transport/rate-window.ts'

/** All calls of a sandbox shop count together. */
const SANDBOX: Limited = {
  id: 'shop.sandbox',
  limits: [
    { requests: shopRules.sandboxCallsPerHour, seconds: 3600, per: 'token', provenance: 'documented' },
  ],
}

const PER_OPERATION = [
  { requests: shopRules.callsPerSecond, seconds: 1, per: 'token', provenance: 'documented' },
] as const

export class ShopWindows {
  readonly #governor: RateGovernor
  readonly #sandbox: boolean
  readonly #maxWaitMs: number

  constructor(clock: Clock, { sandbox, maxWaitMs }: { sandbox: boolean; maxWaitMs: number }) {
    this.#governor = new RateGovernor(clock)
    this.#sandbox = sandbox
    this.#maxWaitMs = maxWaitMs
  }

  /**
   * Waits for its turn. @param key whose calls count together: a shop, or an account
   * @throws {RateLimitError} when the turn is further away than the caller wants to wait
   */
  async acquire({ id }: ShopOperation, key: string, signal: AbortSignal | undefined): Promise<Permit> {
    const options = { maxWaitMs: this.#maxWaitMs, signal }
    const own = await this.#governor.acquire({ id, limits: PER_OPERATION }, key, options)
    if (!this.#sandbox) return own
    try {
      const shared = await this.#governor.acquire(SANDBOX, key, options)
      return {
        settle: () => {
          own.settle()
          shared.settle()
        },
        giveBack: () => {
          own.giveBack()
          shared.giveBack()
        },
      }
    } catch (error) {
      own.giveBack()
      throw error
    }
  }
}

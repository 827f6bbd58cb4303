import type { Random } from '@tockwork/kernel'
import * as z from 'zod/mini'
import type { Exchange } from '../http/exchange.ts'

/** What can be asked to go wrong. All conditions of `match` must hold; `nth` counts matching calls from 1. */
export const faultSpec = z.strictObject({
  match: z.optional(
    z.strictObject({
      /** Endpoint id such as `posting.initVideo`; `*` at the end matches any rest. */
      endpoint: z.optional(z.string()),
      path: z.optional(z.string()),
      method: z.optional(z.string()),
      user: z.optional(z.string()),
      client_key: z.optional(z.string()),
      nth: z.optional(z.int().check(z.minimum(1))),
      every: z.optional(z.int().check(z.minimum(1))),
      probability: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
    }),
  ),
  /** How often it fires at most. */
  times: z.optional(z.int().check(z.minimum(1))),
  action: z.strictObject({
    /** Answer this instead of working. `code` is put into the endpoint's envelope. */
    status: z.optional(z.int().check(z.minimum(100), z.maximum(599))),
    code: z.optional(z.string()),
    message: z.optional(z.string()),
    body: z.optional(z.string()),
    headers: z.optional(z.record(z.string(), z.string())),
    /** Real milliseconds before anything else. */
    delay_ms: z.optional(z.int().check(z.minimum(0), z.maximum(600_000))),
    /** `before`: cut without working; `after`: work, then lose the answer; `mid_answer`: cut in the middle of it. */
    drop: z.optional(z.enum(['before', 'after', 'mid_answer'])),
    /** Cut the connection once so many bytes of the request's body were read; nothing is done. */
    cut_request_after_bytes: z.optional(z.int().check(z.minimum(0))),
    /** Send only so many bytes of the answer, as if that were all. */
    truncate_to_bytes: z.optional(z.int().check(z.minimum(0))),
  }),
})

export type FaultSpec = z.output<typeof faultSpec>
export type FaultAction = FaultSpec['action']
export interface Fault extends FaultSpec {
  id: string
  seen: number
  fired: number
}

/** Faults in the order in which they were set; the first that fires wins. */
export class Faults {
  #faults: Fault[] = []
  #count = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  add(spec: FaultSpec): Fault {
    this.#count += 1
    const fault: Fault = { ...spec, id: `fault-${this.#count}`, seen: 0, fired: 0 }
    this.#faults.push(fault)
    return fault
  }

  list(): readonly Fault[] {
    return this.#faults
  }

  remove(id?: string): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id)
  }

  get any(): boolean {
    return this.#faults.length > 0
  }

  pick(
    exchange: Exchange,
    endpointId: string | undefined,
    who: { user?: string; clientKey?: string },
  ): Fault | undefined {
    for (const fault of this.#faults) {
      const match = fault.match ?? {}
      // `*` is any endpoint; pages such as the consent form are none.
      if (match.endpoint !== undefined && (endpointId === undefined || !fits(match.endpoint, endpointId)))
        continue
      if (match.path !== undefined && !fits(slashed(match.path), slashed(exchange.path))) continue
      if (match.method !== undefined && match.method.toUpperCase() !== exchange.method) continue
      if (match.user !== undefined && match.user !== who.user) continue
      if (match.client_key !== undefined && match.client_key !== who.clientKey) continue
      fault.seen += 1
      if (fault.times !== undefined && fault.fired >= fault.times) continue
      if (match.nth !== undefined && match.nth !== fault.seen) continue
      if (match.every !== undefined && fault.seen % match.every !== 0) continue
      if (match.probability !== undefined && this.#random.next() >= match.probability) continue
      fault.fired += 1
      return fault
    }
    return undefined
  }
}

/** Clients leave out the slash at the end, and so may whoever sets a fault. */
function slashed(path: string): string {
  return path.endsWith('/') || path.endsWith('*') ? path : `${path}/`
}

function fits(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value
}

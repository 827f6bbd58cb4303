/**
 * The rate governor: calls wait for their turn instead of failing.
 *
 * Each endpoint has a queue for each user, first come first served within it and round robin between them, so that one
 * user's backlog holds up no other. Windows come from the contract; what TikTok says in an answer beats them.
 */
import type { Endpoint, RateLimit } from '@tockwork/contracts'
import { type Clock, RateLimitError } from '@tockwork/kernel'
import { Lane, type Waiter } from './lane.ts'
import { readRateSignals } from './rate-headers.ts'
import { SlidingLog } from './sliding-log.ts'

/** Leave to send one request. Exactly one of the two is called, once. */
export interface Permit {
  /** An answer came (its headers), or none will. */
  settle(headers?: Record<string, string>): void
  /** The request never left. */
  giveBack(): void
}

export interface AcquireOptions {
  signal?: AbortSignal | undefined
  /** Longest wait in milliseconds; beyond it the call fails with a `RateLimitError`. */
  maxWaitMs?: number | undefined
  /** Told once when the call has to wait. */
  onWait?: ((ms: number | undefined) => void) | undefined
}

/** The state of one queue, for display. */
export interface WindowState {
  endpoint: string
  /** Whose window it is: a user's open_id, `app`, or a bare token's number. */
  key: string
  per: RateLimit['per']
  limit: number
  seconds: number
  used: number
  waiting: number
  /** Milliseconds since the epoch until which TikTok asked for silence. */
  blockedUntil: number | undefined
}

/** What of an endpoint the governor looks at. */
export type Limited = Pick<Endpoint, 'id' | 'limits'>

const SWEEP_EVERY = 1024

export class RateGovernor {
  readonly #clock: Clock
  readonly #queues = new Map<string, EndpointQueue>()
  readonly #useContract: boolean

  /** `useContract: false` leaves the documented windows out and obeys only what answers say. */
  constructor(clock: Clock, useContract = true) {
    this.#clock = clock
    this.#useContract = useContract
  }

  /** A permit at once when there is room, otherwise a promise of one. */
  acquire(endpoint: Limited, key: string, options: AcquireOptions = {}): Permit | Promise<Permit> {
    return this.#queue(endpoint).acquire(key, options)
  }

  /** TikTok said 429: silence for this user (or the whole app) until then. */
  block(endpoint: Limited, key: string, until: number): void {
    this.#queue(endpoint).block(key, until)
  }

  /** When a call could go now: for the `until` of an error. */
  freeAt(endpoint: Limited, key: string): number {
    return this.#queue(endpoint).freeAt(key)
  }

  state(): WindowState[] {
    return [...this.#queues.values()].flatMap((queue) => queue.state())
  }

  #queue(endpoint: Limited): EndpointQueue {
    let queue = this.#queues.get(endpoint.id)
    if (queue === undefined) {
      queue = new EndpointQueue(endpoint.id, this.#useContract ? (endpoint.limits ?? []) : [], this.#clock)
      this.#queues.set(endpoint.id, queue)
    }
    return queue
  }
}

class EndpointQueue {
  readonly #id: string
  readonly #limits: readonly RateLimit[]
  readonly #clock: Clock
  readonly #lanes = new Map<string, Lane>()
  /** Windows that all users share. */
  readonly #appLogs: readonly SlidingLog[]
  /** Lanes with waiters whose own windows may have room; the first is served next. */
  readonly #ready = new Set<Lane>()
  readonly #alarms = new Map<Lane | 'app', { at: number; stop: AbortController }>()
  #acquired = 0
  #appBlockedUntil = 0

  constructor(id: string, limits: readonly RateLimit[], clock: Clock) {
    this.#id = id
    this.#limits = limits
    this.#clock = clock
    this.#appLogs = logsOf(limits.filter((limit) => limit.per === 'app'))
  }

  acquire(key: string, options: AcquireOptions): Permit | Promise<Permit> {
    const now = this.#clock.now()
    this.#acquired += 1
    if (this.#acquired % SWEEP_EVERY === 0) this.#sweep(now)
    const lane = this.#lane(key)
    if (options.signal?.aborted) return Promise.reject(options.signal.reason)
    const free = lane.waiters.size === 0 && this.#ready.size === 0
    if (free && this.#appFreeAt(now) <= now && lane.freeAt(now) <= now) return this.#grant(lane)
    return this.#wait(lane, options, now)
  }

  block(key: string, until: number): void {
    const lane = this.#lane(key)
    lane.block(until)
    this.#spread(lane)
  }

  freeAt(key: string): number {
    const now = this.#clock.now()
    return Math.max(this.#appFreeAt(now), this.#lane(key).freeAt(now))
  }

  state(): WindowState[] {
    const now = this.#clock.now()
    const states: WindowState[] = []
    const add = (
      key: string,
      per: RateLimit['per'],
      log: SlidingLog,
      waiting: number,
      blocked: number,
    ): void => {
      states.push({
        endpoint: this.#id,
        key,
        per,
        limit: log.limit,
        seconds: log.ms / 1000,
        used: log.limit - log.free(now),
        waiting,
        blockedUntil: blocked > now ? blocked : undefined,
      })
    }
    for (const log of this.#appLogs) add('app', 'app', log, this.#ready.size, this.#appBlockedUntil)
    const own = this.#limits.filter((limit) => limit.per !== 'app')
    for (const lane of this.#lanes.values()) {
      lane.logs.forEach((log, i) => {
        add(lane.key, own[i]?.per ?? 'token', log, lane.waiters.size, lane.blockedUntil)
      })
    }
    return states
  }

  #wait(lane: Lane, options: AcquireOptions, now: number): Promise<Permit> {
    const { signal, maxWaitMs = Number.POSITIVE_INFINITY, onWait } = options
    const expected = Math.max(this.#appFreeAt(now), lane.freeAt(now, lane.waiters.size))
    if (expected !== Number.POSITIVE_INFINITY && expected - now > maxWaitMs) {
      return Promise.reject(this.#tooLong(expected, maxWaitMs))
    }
    onWait?.(expected === Number.POSITIVE_INFINITY ? undefined : expected - now)
    return new Promise<Permit>((resolve, reject) => {
      const over = new AbortController()
      const leave = (reason: unknown): void => {
        lane.waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
        over.abort()
        if (lane.waiters.size === 0) {
          this.#ready.delete(lane)
          this.#silence(lane)
          if (this.#ready.size === 0) this.#silence('app')
        }
        reject(reason)
      }
      const onAbort = (): void => leave(signal?.reason)
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', onAbort)
          over.abort()
          resolve(this.#grant(lane))
        },
      }
      lane.waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
      if (maxWaitMs !== Number.POSITIVE_INFINITY) {
        this.#clock.sleep(maxWaitMs, over.signal).then(
          () => {
            if (!lane.waiters.has(waiter)) return
            const at = Math.max(this.#appFreeAt(this.#clock.now()), lane.freeAt(this.#clock.now()))
            leave(this.#tooLong(at === Number.POSITIVE_INFINITY ? undefined : at, maxWaitMs))
          },
          () => {},
        )
      }
      this.#ready.add(lane)
      this.#pump()
    })
  }

  /** Serves whoever can be served, and sets alarms for the rest. */
  #pump(): void {
    const now = this.#clock.now()
    for (const lane of this.#ready) {
      const appAt = this.#appFreeAt(now)
      if (appAt > now) {
        this.#wakeAt('app', appAt, now)
        return
      }
      // Out of the ring first: putting it back makes it the last.
      this.#ready.delete(lane)
      const at = lane.freeAt(now)
      if (at > now) {
        this.#wakeAt(lane, at, now)
        continue
      }
      const [waiter] = lane.waiters
      if (waiter === undefined) continue
      lane.waiters.delete(waiter)
      waiter.grant()
      if (lane.waiters.size > 0) this.#ready.add(lane)
    }
  }

  #grant(lane: Lane): Permit {
    for (const log of this.#appLogs) log.take()
    for (const log of lane.logs) log.take()
    lane.inFlight += 1
    if (lane.remote !== undefined) lane.remote.free -= 1
    const settledAtGrant = lane.settled
    let open = true
    const close = (each: (log: SlidingLog) => void): boolean => {
      if (!open) return false
      open = false
      lane.inFlight -= 1
      for (const log of this.#appLogs) each(log)
      for (const log of lane.logs) each(log)
      return true
    }
    return {
      settle: (headers) => {
        const now = this.#clock.now()
        if (!close((log) => log.settle(now))) return
        lane.settled += 1
        const signals = headers === undefined ? undefined : readRateSignals(headers, now)
        if (signals !== undefined) {
          lane.observe(signals, settledAtGrant, now)
          this.#spread(lane)
        }
        this.#resume(lane)
      },
      giveBack: () => {
        if (close((log) => log.giveBack())) this.#resume(lane)
      },
    }
  }

  #resume(lane: Lane): void {
    if (lane.waiters.size > 0) this.#ready.add(lane)
    if (this.#ready.size > 0) this.#pump()
  }

  /** Where all users share a window, the refusal of one is the refusal of all. */
  #spread(lane: Lane): void {
    if (this.#appLogs.length > 0) this.#appBlockedUntil = Math.max(this.#appBlockedUntil, lane.blockedUntil)
  }

  #wakeAt(who: Lane | 'app', at: number, now: number): void {
    // `Infinity`: all slots are in flight, and the next answer pumps.
    if (at === Number.POSITIVE_INFINITY) return
    const alarm = this.#alarms.get(who)
    if (alarm !== undefined) {
      if (alarm.at <= at) return
      alarm.stop.abort()
    }
    const stop = new AbortController()
    this.#alarms.set(who, { at, stop })
    this.#clock.sleep(at - now, stop.signal).then(
      () => {
        if (this.#alarms.get(who)?.stop === stop) this.#alarms.delete(who)
        if (who !== 'app' && who.waiters.size > 0) this.#ready.add(who)
        this.#pump()
      },
      () => {},
    )
  }

  #silence(who: Lane | 'app'): void {
    this.#alarms.get(who)?.stop.abort()
    this.#alarms.delete(who)
  }

  #appFreeAt(now: number): number {
    let at = Math.max(now, this.#appBlockedUntil)
    for (const log of this.#appLogs) at = Math.max(at, log.freeAt(now))
    return at
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      lane = new Lane(key, logsOf(this.#limits.filter((limit) => limit.per !== 'app')))
      this.#lanes.set(key, lane)
    }
    return lane
  }

  /** Users come and go: what is idle is forgotten. */
  #sweep(now: number): void {
    for (const [key, lane] of this.#lanes) if (lane.isIdle(now)) this.#lanes.delete(key)
  }

  #tooLong(until: number | undefined, maxWaitMs: number): RateLimitError {
    return new RateLimitError(`${this.#id}: the next free slot is more than ${maxWaitMs} ms away`, {
      code: 'rate_limit_wait_too_long',
      retry: 'after',
      endpoint: this.#id,
      action: 'Call again after `until`, or allow a longer wait with limits.maxWaitMs.',
      ...(until === undefined ? {} : { until }),
    })
  }
}

/** A permit that holds two: the second is asked for once the first is there, and given back together. */
export function bothPermits(
  first: Permit | Promise<Permit>,
  ask: () => Permit | Promise<Permit>,
): Permit | Promise<Permit> {
  if (first instanceof Promise) return first.then((permit) => withSecond(permit, ask))
  const second = ask()
  return second instanceof Promise
    ? second.then((more) => joined(first, more), back(first))
    : joined(first, second)
}

async function withSecond(first: Permit, ask: () => Permit | Promise<Permit>): Promise<Permit> {
  return joined(first, await Promise.resolve(ask()).catch(back(first)))
}

function back(permit: Permit): (error: unknown) => never {
  return (error) => {
    permit.giveBack()
    throw error
  }
}

function joined(own: Permit, shared: Permit): Permit {
  return {
    settle(headers) {
      own.settle(headers)
      shared.settle()
    },
    giveBack() {
      own.giveBack()
      shared.giveBack()
    },
  }
}

function logsOf(limits: readonly RateLimit[]): SlidingLog[] {
  return limits.map((limit) => new SlidingLog(limit.requests, limit.seconds * 1000))
}

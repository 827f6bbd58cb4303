import type { Endpoint, RateLimit } from '@tockwork/contracts'
import { ManualClock, RateLimitError } from '@tockwork/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Permit, RateGovernor } from './rate-window.ts'

function endpoint(...limits: Omit<RateLimit, 'provenance'>[]): Endpoint {
  return {
    id: 'test.endpoint',
    title: '',
    host: 'open.tiktokapis.com',
    method: 'POST',
    path: '/',
    doc: { url: '' },
    auth: 'user',
    encoding: 'json',
    envelope: 'standard',
    repeat: 'safe',
    limits: limits.map((limit) => ({ ...limit, provenance: 'documented' })),
  }
}

/** Lets every continuation that is ready run, without a timer. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
}

interface Arrival {
  user: string
  /** Any time between these two is when the server may have counted it. */
  sent: number
  answered: number
}

/** Most arrivals in any window, were each to arrive at its worst time: the old ones late, the new ones early. */
function worstWindow(arrivals: Arrival[], ms: number): number {
  let worst = 0
  for (const start of arrivals) {
    // Everything that may arrive in the closed window from this one's latest arrival on.
    const begin = start.answered
    const inside = arrivals.filter((other) => other.answered >= begin && other.sent <= begin + ms).length
    worst = Math.max(worst, inside)
  }
  return worst
}

const request = fc.record({
  at: fc.nat(4_000),
  user: fc.constantFrom('a', 'b', 'c'),
  /** Until the answer. */
  takes: fc.nat(400),
})

/** Runs requests against the governor and tells when each was sent and answered. */
async function run(
  limits: Omit<RateLimit, 'provenance'>[],
  requests: { at: number; user: string; takes: number }[],
): Promise<Arrival[]> {
  const clock = new ManualClock(0)
  const governor = new RateGovernor(clock)
  const target = endpoint(...limits)
  const arrivals: Arrival[] = []
  const events: { at: number; run: () => void }[] = requests.map(({ at, user, takes }) => ({
    at,
    run: () => {
      void (async () => {
        const permit = await governor.acquire(target, user)
        const arrival = { user, sent: clock.now(), answered: Number.POSITIVE_INFINITY }
        arrivals.push(arrival)
        await clock.sleep(takes)
        arrival.answered = clock.now()
        permit.settle()
      })()
    },
  }))
  events.sort((a, b) => a.at - b.at)
  for (const event of events) {
    if (event.at > clock.now()) await clock.advance(event.at - clock.now())
    event.run()
    await settle()
  }
  // Long enough for all of them one after another.
  const longest = Math.max(...limits.map((limit) => limit.seconds * 1000))
  await clock.advance((longest + 500) * (requests.length + 1))
  return arrivals
}

describe('windows', () => {
  test('no window is ever exceeded at the server, whenever between sending and answer it counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (requests, perUser, perApp) => {
          const arrivals = await run(
            [
              { requests: perUser, seconds: 1, per: 'token' },
              { requests: perApp, seconds: 1, per: 'app' },
            ],
            requests,
          )
          // Nobody starves: each was sent and answered.
          expect(arrivals).toHaveLength(requests.length)
          expect(arrivals.every((arrival) => Number.isFinite(arrival.answered))).toBe(true)
          expect(worstWindow(arrivals, 1000)).toBeLessThanOrEqual(perApp)
          for (const user of ['a', 'b', 'c']) {
            const own = arrivals.filter((arrival) => arrival.user === user)
            expect(worstWindow(own, 1000)).toBeLessThanOrEqual(perUser)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('no capacity is wasted: a request waits only while its window is full', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        async (requests, perUser) => {
          const arrivals = await run([{ requests: perUser, seconds: 1, per: 'token' }], requests)
          for (const user of ['a', 'b', 'c']) {
            const asked = requests.filter((each) => each.user === user).sort((x, y) => x.at - y.at)
            const own = arrivals.filter((arrival) => arrival.user === user).sort((x, y) => x.sent - y.sent)
            own.forEach((arrival, i) => {
              if (arrival.sent === asked[i]!.at) return
              // A millisecond before it was sent, the window held all it may.
              const before = arrival.sent - 1
              const holding = own.filter(
                (other) => other.sent <= before && before - other.answered <= 1000,
              ).length
              expect(holding).toBe(perUser)
            })
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a full window opens a millisecond after its length has passed since the answer', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const target = endpoint({ requests: 1, seconds: 60, per: 'token' })
    const first = (await governor.acquire(target, 'a')) as Permit
    await clock.advance(500)
    first.settle()
    let sent: number | undefined
    void Promise.resolve(governor.acquire(target, 'a')).then(() => {
      sent = clock.now()
    })
    await clock.advance(60_000)
    expect(sent).toBeUndefined()
    await clock.advance(1)
    expect(sent).toBe(60_501)
  })

  test('a request that never left gives its slot back', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const target = endpoint({ requests: 1, seconds: 60, per: 'token' })
    const first = governor.acquire(target, 'a')
    expect(first).not.toBeInstanceOf(Promise)
    const second = governor.acquire(target, 'a')
    ;(first as Permit).giveBack()
    await expect(second).resolves.toBeDefined()
  })

  test('a clock set back does not hold slots for its sake', async () => {
    const clock = new ManualClock('2026-11-24T12:00:00Z')
    let now = clock.now()
    const governor = new RateGovernor({ now: () => now, sleep: (ms, signal) => clock.sleep(ms, signal) })
    const target = endpoint({ requests: 1, seconds: 60, per: 'token' })
    ;(governor.acquire(target, 'a') as Permit).settle()
    now -= 3_600_000
    expect(governor.freeAt(target, 'a')).toBe(now + 60_001)
  })
})

describe('against a server that keeps a sliding window and tells of it', () => {
  const LIMIT = 4
  const WINDOW = 1_000

  /** A server that counts what arrives in the last `WINDOW` ms, and says in headers how it stands. */
  class Server {
    readonly #arrivals: number[] = []
    refused = 0

    arrive(now: number): Record<string, string> {
      const recent = this.#arrivals.filter((at) => now - at < WINDOW)
      const accepted = recent.length < LIMIT
      if (accepted) {
        recent.push(now)
        this.#arrivals.push(now)
      } else this.refused += 1
      const free = LIMIT - recent.length
      const reset = free > 0 ? 0 : (recent[0]! + WINDOW - now) / 1000
      return {
        accepted: String(accepted),
        'x-ratelimit-remaining': String(free),
        'x-ratelimit-reset': String(reset),
      }
    }
  }

  const call = fc.record({ at: fc.nat(4_000), there: fc.nat(200), back: fc.nat(200) })

  async function drive(
    calls: { at: number; there: number; back: number }[],
    others: number[],
  ): Promise<{ served: number; refused: number }> {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const target = endpoint({ requests: LIMIT, seconds: WINDOW / 1000, per: 'token' })
    const server = new Server()
    let served = 0
    const one = async ({ there, back }: { there: number; back: number }): Promise<void> => {
      for (;;) {
        const permit = await governor.acquire(target, 'a')
        await clock.sleep(there)
        const headers = server.arrive(clock.now())
        await clock.sleep(back)
        permit.settle(headers)
        if (headers.accepted === 'true') break
        if (governor.freeAt(target, 'a') <= clock.now()) governor.block(target, 'a', clock.now() + WINDOW)
      }
      served += 1
    }
    const events = [
      ...calls.map((each) => ({ at: each.at, run: () => void one(each) })),
      ...others.map((at) => ({ at, run: () => void server.arrive(clock.now()) })),
    ].sort((a, b) => a.at - b.at)
    const before = () => server.refused
    let refusedOthers = 0
    for (const event of events) {
      if (event.at > clock.now()) await clock.advance(event.at - clock.now())
      const refused = before()
      event.run()
      refusedOthers += before() - refused
      await settle()
    }
    await clock.advance((WINDOW + 500) * 2 * (calls.length + 1))
    return { served, refused: server.refused - refusedOthers }
  }

  test('alone, nothing is ever refused and everything is served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 20 }), async (calls) => {
        expect(await drive(calls, [])).toEqual({ served: calls.length, refused: 0 })
      }),
      { numRuns: 60 },
    )
  })

  test('beside others who use the same token, everything is served in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 15 }),
        fc.array(fc.nat(6_000), { maxLength: 15 }),
        async (calls, others) => {
          const { served } = await drive(calls, others)
          expect(served).toBe(calls.length)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('fairness', () => {
  test('users take turns on a window they share, and each is served in order', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const target = endpoint({ requests: 1, seconds: 1, per: 'app' })
    const order: string[] = []
    const ask = (user: string, name: string): void => {
      void Promise.resolve(governor.acquire(target, user)).then((permit) => {
        order.push(name)
        permit.settle()
      })
    }
    for (let i = 1; i <= 4; i += 1) ask('a', `a${i}`)
    ask('b', 'b1')
    ask('c', 'c1')
    ask('b', 'b2')
    await clock.advance(20_000)
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  test('one user at the limit holds up no other', () => {
    const governor = new RateGovernor(new ManualClock(0))
    const target = endpoint({ requests: 1, seconds: 60, per: 'token' })
    expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    expect(governor.acquire(target, 'a')).toBeInstanceOf(Promise)
    expect(governor.acquire(target, 'b')).not.toBeInstanceOf(Promise)
  })
})

describe('waiting', () => {
  const target = endpoint({ requests: 1, seconds: 60, per: 'token' })

  test('an abort leaves the queue and wakes nobody else late', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    ;(governor.acquire(target, 'a') as Permit).settle()
    const stop = new AbortController()
    const leaving = Promise.resolve(governor.acquire(target, 'a', { signal: stop.signal }))
    const staying = Promise.resolve(governor.acquire(target, 'a'))
    stop.abort(new Error('changed my mind'))
    await expect(leaving).rejects.toThrow('changed my mind')
    await clock.advance(60_001)
    await expect(staying).resolves.toBeDefined()
  })

  test('when the last waiter leaves, no timer stays behind', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    ;(governor.acquire(target, 'a') as Permit).settle()
    const stop = new AbortController()
    const leaving = Promise.resolve(
      governor.acquire(target, 'a', { signal: stop.signal, maxWaitMs: 100_000 }),
    )
    expect(clock.sleeping).toBeGreaterThan(0)
    stop.abort()
    await expect(leaving).rejects.toThrow()
    expect(clock.sleeping).toBe(0)
  })

  test('a wait that is too long fails at once and says until when', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    ;(governor.acquire(target, 'a') as Permit).settle()
    const failure = await Promise.resolve(governor.acquire(target, 'a', { maxWaitMs: 1000 })).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(RateLimitError)
    expect(failure).toMatchObject({ until: 60_001, retry: 'after', code: 'rate_limit_wait_too_long' })
  })

  test('a wait whose length could not be told ends at its limit', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    // Sent, and never answered.
    expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    const waiting = Promise.resolve(governor.acquire(target, 'a', { maxWaitMs: 1000 })).catch(
      (error: unknown) => error,
    )
    await clock.advance(1000)
    expect(await waiting).toBeInstanceOf(RateLimitError)
  })
})

describe('what answers say', () => {
  const target = endpoint({ requests: 6, seconds: 60, per: 'token' })
  const setUp = () => {
    const clock = new ManualClock('2026-11-24T12:00:00Z')
    const governor = new RateGovernor(clock)
    const send = (headers: Record<string, string>): void =>
      (governor.acquire(target, 'a') as Permit).settle(headers)
    return { clock, governor, send, start: clock.now() }
  }

  test('nothing remaining means silence until the reset, though the local window has room', () => {
    const { governor, send, start } = setUp()
    send({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' })
    expect(governor.freeAt(target, 'a')).toBe(start + 30_000)
  })

  test("others' use of the same token counts", () => {
    const { governor, send, start } = setUp()
    send({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' })
    expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    expect(governor.freeAt(target, 'a')).toBe(start + 30_000)
  })

  test('more room than documented is used', () => {
    const { governor, send } = setUp()
    send({ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '60' })
    for (let i = 0; i < 9; i += 1) expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    expect(governor.acquire(target, 'a')).toBeInstanceOf(Promise)
  })

  test('headers that agree with the local window change nothing', () => {
    const { governor, send } = setUp()
    for (let left = 5; left >= 1; left -= 1) {
      send({ 'x-ratelimit-remaining': String(left), 'x-ratelimit-reset': '60' })
    }
    expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    expect(governor.acquire(target, 'a')).toBeInstanceOf(Promise)
  })

  test('answers out of order take no room away and give none', () => {
    const { governor } = setUp()
    const permits = [1, 2, 3].map(() => governor.acquire(target, 'a') as Permit)
    permits[2]!.settle({ 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '60' })
    permits[0]!.settle({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '60' })
    permits[1]!.settle({ 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '60' })
    for (let i = 0; i < 3; i += 1) expect(governor.acquire(target, 'a')).not.toBeInstanceOf(Promise)
    expect(governor.acquire(target, 'a')).toBeInstanceOf(Promise)
  })

  test('a reset as a date is read by the clock of the server that wrote it', () => {
    const { governor, send, start } = setUp()
    const serverNow = Date.parse('2027-01-01T00:00:00Z')
    send({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(serverNow / 1000 + 45),
      date: new Date(serverNow).toUTCString(),
    })
    expect(governor.freeAt(target, 'a')).toBe(start + 45_000)
  })

  test('a reset that no window of this length can have is cut to the window', () => {
    const { governor, send, start } = setUp()
    send({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '86400' })
    expect(governor.freeAt(target, 'a')).toBe(start + 61_000)
  })

  test('Retry-After counts on any answer, in seconds or as a date', () => {
    const { governor, send, start } = setUp()
    send({ 'retry-after': '7' })
    expect(governor.freeAt(target, 'a')).toBe(start + 7_000)
    const other = setUp()
    other.send({ 'retry-after': 'Tue, 24 Nov 2026 12:00:09 GMT', date: 'Tue, 24 Nov 2026 12:00:00 GMT' })
    expect(other.governor.freeAt(target, 'a')).toBe(start + 9_000)
  })

  test('an endpoint without documented windows obeys headers all the same', async () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const free = endpoint()
    ;(governor.acquire(free, 'a') as Permit).settle({
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '10',
    })
    ;(governor.acquire(free, 'a') as Permit).settle()
    const waiting = governor.acquire(free, 'a')
    expect(waiting).toBeInstanceOf(Promise)
    await clock.advance(10_000)
    await expect(waiting).resolves.toBeDefined()
  })

  test('a block of an app-wide window stops all users', () => {
    const clock = new ManualClock(0)
    const governor = new RateGovernor(clock)
    const shared = endpoint({ requests: 10, seconds: 60, per: 'app' })
    ;(governor.acquire(shared, 'b') as Permit).settle()
    governor.block(shared, 'a', 5_000)
    expect(governor.freeAt(shared, 'b')).toBe(5_000)
    expect(governor.freeAt(shared, 'c')).toBe(5_000)
  })
})

import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findEndpoint } from '../../src/storage/webhook-endpoints.ts'
import { deleteEventsOfErased, forgetAccountEvents } from '../../src/storage/webhook-events.ts'
import { Receiver, WebhookWorld } from './webhook-world.ts'

const HOUR = 3_600_000
const never = new AbortController().signal

let world: WebhookWorld
let receiver: Receiver
beforeAll(async () => {
  world = await WebhookWorld.start()
})
afterAll(() => world.close())
beforeEach(async () => {
  receiver = await Receiver.start()
  await world.freshWorkspace()
})
afterEach(() => receiver.stop())

describe('a webhook that does not get through', () => {
  test('is tried for three days with growing pauses, then kept; its endpoint is disabled, and that is told', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const watcher = await Receiver.start()
    const other = await world.endpoint(watcher.url, ['webhook_endpoint.disabled'])
    const accountId = await world.account('user-7')
    await world.tell(accountId)
    await world.tell(accountId)
    receiver.status(503)
    const began = world.clock.now()
    const lane = { endpointId: endpoint.id, lane: accountId }
    await world.runLane(lane, began + 100 * HOUR)

    const [first, second] = await world.deliveries(endpoint.id)
    expect(first).toMatchObject({ state: 'dead', dead_reason: 'given_up' })
    // Nothing behind the head was tried, and it went with the endpoint.
    expect(second).toMatchObject({ state: 'dead', dead_reason: 'endpoint_disabled', attempts: 0 })
    const times = receiver.got.map(({ headers }) => Number(headers['webhook-timestamp']) * 1000 - began)
    expect(times.length).toBeGreaterThan(15)
    expect(times.length).toBeLessThan(25)
    expect(times.at(-1)).toBeGreaterThan(64 * HOUR)
    expect(times.at(-1)).toBeLessThanOrEqual(72 * HOUR)
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(pauses[0]).toBeLessThan(7_000)
    expect(Math.max(...pauses)).toBeLessThan(6.4 * HOUR)
    expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(receiver.got.map(({ body }) => body)).size).toBe(1)
    expect(first.log).toHaveLength(times.length)
    expect(first.log.at(-1)).toMatchObject({ status: 503, error: null, ms: expect.any(Number) })

    const after = await findEndpoint(world.database.db, world.workspaceId, endpoint.id)
    expect(after).toMatchObject({ status: 'disabled', disabledReason: 'failing' })
    const job = world.jobs.find(({ endpointId }) => endpointId === other.endpoint.id)
    await world.deliverer.run(job!, never)
    expect(watcher.got.map(({ json }) => json)).toMatchObject([
      {
        type: 'webhook_endpoint.disabled',
        data: { endpoint_id: endpoint.id, reason: 'failing', dead_letters: 1, url: receiver.url },
      },
    ])
    // What it misses from now on waits as dead letters, and all of it comes when it is back.
    await world.tell(accountId)
    expect((await world.deliveries(endpoint.id)).map(({ state }) => state)).toEqual(['dead', 'dead', 'dead'])
    receiver.status(204)
    receiver.got.length = 0
    await expect(async () => world.endpoints.replayMany(after!, { include: 'dead' })).rejects.toMatchObject({
      code: 'endpoint_disabled',
    })
    const enabled = await world.endpoints.update(after!, { status: 'enabled' }, 'test')
    expect(await world.endpoints.replayMany(enabled, { include: 'dead' })).toMatchObject({ replayed: 3 })
    await world.deliverer.run(lane, never)
    expect(receiver.got.map(({ json }) => json.id)).toEqual(
      (await world.deliveries(endpoint.id)).map(({ event_id }) => event_id),
    )
    watcher.stop()
  })

  test('keeps its endpoint enabled when something got through meanwhile, and leaves other accounts alone', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const [bad, good] = [await world.account(), await world.account()]
    await world.tell(bad, 'bad')
    receiver.answer = (_request, response, body) =>
      response.writeHead(body.includes('"bad"') ? 500 : 200).end()
    const began = world.clock.now()
    const next = await world.runLane({ endpointId: endpoint.id, lane: bad }, began + 40 * HOUR)
    await world.tell(good, 'good')
    await world.deliverer.run({ endpointId: endpoint.id, lane: good }, never)
    await world.clock.advance((next ?? 0) - world.clock.now())
    await world.runLane({ endpointId: endpoint.id, lane: bad }, began + 100 * HOUR)
    const [first, second] = await world.deliveries(endpoint.id)
    expect(first).toMatchObject({ state: 'dead', dead_reason: 'given_up' })
    expect(second).toMatchObject({ state: 'delivered', attempts: 1 })
    const after = await findEndpoint(world.database.db, world.workspaceId, endpoint.id)
    expect(after).toMatchObject({ status: 'enabled' })
  })

  test('ends its endpoint at once when it says 410, and nothing more is recorded for it', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    await world.tell(accountId)
    receiver.status(410)
    expect(await world.deliverer.run({ endpointId: endpoint.id, lane: accountId }, never)).toBeUndefined()
    expect(await findEndpoint(world.database.db, world.workspaceId, endpoint.id)).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    })
    await world.tell(accountId)
    expect(await world.deliveries(endpoint.id)).toHaveLength(1)
  })

  test('waits as long as a busy receiver asks for, six hours at most', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    await world.tell(accountId)
    const lane = { endpointId: endpoint.id, lane: accountId }
    for (const [asked, least, most] of [
      ['600', 570_000, 630_000],
      ['999999', 5.6 * HOUR, 6.4 * HOUR],
      ['Wed, 21 Oct 2026 07:28:00 GMT', 0, 60_000],
      ['-5', 0, 300_000],
    ] as const) {
      receiver.status(429, { 'retry-after': asked })
      const again = (await world.deliverer.run(lane, never)) ?? 0
      const pause = again - world.clock.now()
      expect(pause, asked).toBeGreaterThanOrEqual(least)
      expect(pause, asked).toBeLessThanOrEqual(most)
      await world.clock.advance(pause)
    }
  })
})

describe('what a receiver can do to us', () => {
  test('an answer without an end, of any size, or never: none holds memory or the lane', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const lane = { endpointId: endpoint.id, lane: accountId }
    let sent = 0
    let cut = false
    receiver.answer = (_request, response) => {
      response.writeHead(200)
      response.on('close', () => {
        cut = true
      })
      const chunk = Buffer.alloc(65_536, 97)
      const more = (): void => {
        while (!cut && sent < 64 << 20 && response.write(chunk)) sent += chunk.length
        if (!cut) response.once('drain', more)
      }
      more()
    }
    await world.tell(accountId)
    expect(await world.deliverer.run(lane, never)).toBeUndefined()
    await expect.poll(() => cut).toBe(true)
    // Some of it lies in the sockets' buffers; it stays far below what was on offer, and below 1 MiB read.
    expect(sent).toBeLessThan(16 << 20)
    receiver.answer = (_request, response) => {
      response.socket?.write(`HTTP/1.1 200 OK\r\nx-big: ${'a'.repeat(100_000)}\r\n\r\n`)
    }
    await world.tell(accountId)
    await world.deliverer.run(lane, never)
    receiver.answer = (_request, response) => response.socket?.end('nonsense\r\n\r\n')
    await world.clock.advance(10_000)
    await world.deliverer.run(lane, never)
    const [first, second] = await world.deliveries(endpoint.id)
    expect(first.state).toBe('delivered')
    expect(second).toMatchObject({ state: 'pending', attempts: 2 })
    expect(second.log.map(({ error }: { error: string }) => error)).toEqual([
      'HPE_HEADER_OVERFLOW',
      expect.stringMatching(/^HPE_/),
    ])
  })

  test('a redirect is an answer like another: it is not followed, and it is no success', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    await world.tell(accountId)
    receiver.status(307, { location: 'http://169.254.169.254/latest/meta-data/' })
    await world.deliverer.run({ endpointId: endpoint.id, lane: accountId }, never)
    expect(receiver.got).toHaveLength(1)
    const [only] = await world.deliveries(endpoint.id)
    expect(only).toMatchObject({ state: 'pending', attempts: 1, log: [{ status: 307 }] })
  })
})

describe('signatures', () => {
  test('satisfy the published verifier, with each secret of an overlap, and with the new one alone after it', async () => {
    const made = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const lane = { endpointId: made.endpoint.id, lane: accountId }
    const next = await world.rotate(made, HOUR)
    const judge = (secret: string, at: number): unknown => {
      const got = receiver.got[at]!
      // The library goes by the machine's clock; ours stands still, and everything else is what it verifies.
      const seconds = Math.floor(Date.now() / 1000)
      expect(got.headers['webhook-timestamp']).toBe(String(Math.floor(world.clock.now() / 1000)))
      const webhook = new Webhook(secret)
      const sign = webhook.sign(got.headers['webhook-id']!, new Date(world.clock.now()), got.body)
      const held = got.headers['webhook-signature']!.split(' ').includes(sign)
      if (!held) throw new Error('no signature of this secret')
      const fresh = {
        'webhook-id': got.headers['webhook-id']!,
        'webhook-timestamp': String(seconds),
        'webhook-signature': webhook.sign(got.headers['webhook-id']!, new Date(seconds * 1000), got.body),
      }
      return webhook.verify(got.body, fresh)
    }
    await world.tell(accountId)
    await world.deliverer.run(lane, never)
    expect(receiver.got[0]?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    for (const secret of [made.secret, next])
      expect(judge(secret.reveal(), 0)).toMatchObject({ type: 'account.connected' })
    expect(() => judge('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 0)).toThrow()

    await world.clock.advance(HOUR + 1)
    await world.tell(accountId)
    await world.deliverer.run(lane, never)
    expect(receiver.got[1]?.headers['webhook-signature']).toMatch(/^v1,\S{44}$/)
    judge(next.reveal(), 1)
    expect(() => judge(made.secret.reveal(), 1)).toThrow('no signature of this secret')
    // Without an overlap the old secret is over at once, and its row is gone.
    const last = await world.rotate(made, 0)
    await world.tell(accountId)
    await world.deliverer.run(lane, never)
    judge(last.reveal(), 2)
    expect(() => judge(next.reveal(), 2)).toThrow()
  })
})

describe('order', () => {
  test('of an account holds with two processes on its lane, however they interleave', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const lane = { endpointId: endpoint.id, lane: accountId }
    const notes = Array.from({ length: 40 }, (_value, at) => `n${at}`)
    for (const note of notes) await world.tell(accountId, note)
    let busy = 0
    let most = 0
    receiver.answer = (_request, response) => {
      busy += 1
      most = Math.max(most, busy)
      setTimeout(() => {
        busy -= 1
        response.writeHead(Math.random() < 0.1 ? 500 : 200).end()
      }, Math.random() * 8)
    }
    const processes = [world.process('a'), world.process('b'), world.process('c')]
    const waiting = async () =>
      (await world.deliveries(endpoint.id)).filter(({ state }) => state === 'pending').length
    for (let round = 0; round < 200 && (await waiting()) > 0; round += 1) {
      await Promise.all(processes.map((process) => process.run(lane, never)))
      await world.clock.advance(3_000_000)
    }
    expect(await waiting()).toBe(0)
    expect(most).toBe(1)
    const seen = receiver.got.map(({ json }) => json.data.external_user_id)
    // At least once each, and never an earlier one after a later one was begun.
    expect(seen.filter((note, at) => note !== seen[at - 1])).toEqual(notes)
  })

  test('survives a process that dies in the middle: its lease ends, and another goes on with the same one', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const lane = { endpointId: endpoint.id, lane: accountId }
    await world.tell(accountId, 'first')
    await world.tell(accountId, 'second')
    await world.database.pool.query(
      `update webhook_deliveries set lease_owner = 'dead:1', lease_until = $2 where endpoint_id = $1
         and seq = (select min(seq) from webhook_deliveries where endpoint_id = $1)`,
      [endpoint.id, new Date(world.clock.now() + 60_000)],
    )
    const again = await world.deliverer.run(lane, never)
    expect(again).toBe(world.clock.now() + 60_000)
    expect(receiver.got).toEqual([])
    await world.clock.advance(60_000)
    await world.deliverer.run(lane, never)
    expect(receiver.got.map(({ json }) => json.data.external_user_id)).toEqual(['first', 'second'])
  })
})

describe('events', () => {
  test('are there with the change they tell of, and not without it', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const failing = world.unitOfWork(async (work) => {
      await world.tell(accountId, null, work)
      throw new Error('the change did not happen')
    })
    await expect(failing).rejects.toThrow('the change did not happen')
    expect(await world.deliveries(endpoint.id)).toEqual([])
    const { rows } = await world.database.pool.query('select 1 from webhook_events where account_id = $1', [
      accountId,
    ])
    expect(rows).toEqual([])
  })

  test('of a stretch of time are sent again, in order, delivered ones when that is asked for', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const accountId = await world.account()
    const lane = { endpointId: endpoint.id, lane: accountId }
    const times: number[] = []
    for (const note of ['a', 'b', 'c', 'd']) {
      await world.tell(accountId, note)
      times.push(world.clock.now())
      await world.clock.advance(HOUR)
    }
    await world.deliverer.run(lane, never)
    receiver.got.length = 0
    const notes = () => receiver.got.splice(0).map(({ json }) => json.data.external_user_id)
    expect(await world.endpoints.replayMany(endpoint, { include: 'dead' })).toEqual({
      replayed: 0,
      continueFrom: undefined,
    })
    expect(
      await world.endpoints.replayMany(endpoint, { include: 'all', from: times[1], to: times[3] }),
    ).toMatchObject({
      replayed: 2,
    })
    await world.deliverer.run(lane, never)
    expect(notes()).toEqual(['b', 'c'])
    expect(await world.endpoints.replayMany(endpoint, { include: 'all' })).toMatchObject({ replayed: 4 })
    await world.deliverer.run(lane, never)
    expect(notes()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('of an erased account keep nothing of the person: neither what was told nor what still waits', async () => {
    const { endpoint } = await world.endpoint(receiver.url)
    const [erased, other] = [await world.account(), await world.account()]
    await world.tell(erased, 'user-42')
    await world.tell(other, 'user-43')
    await world.deliverer.run({ endpointId: endpoint.id, lane: erased }, never)
    await world.tell(erased, 'user-42')
    const { db, pool } = world.database
    await db.transaction().execute((tx) => forgetAccountEvents(tx, erased))
    await pool.query("update accounts set status = 'erased' where id = $1", [erased])
    const all = async () => JSON.stringify((await pool.query('select * from webhook_events')).rows)
    expect(await all()).not.toContain('user-42')
    expect(await all()).toContain('user-43')
    // The one that waited is still told, and goes once it was.
    expect(await deleteEventsOfErased(db)).toBe(0)
    receiver.got.length = 0
    await world.deliverer.run({ endpointId: endpoint.id, lane: erased }, never)
    expect(receiver.got.map(({ json }) => json.data.external_user_id)).toEqual([null])
    expect(await deleteEventsOfErased(db)).toBe(1)
    expect(await all()).not.toContain(erased)
  })
})

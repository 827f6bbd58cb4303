import { ManualClock } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { VirtualClock } from '../src/time/virtual-clock.ts'

const SETTLED = () => new Promise((resolve) => setImmediate(resolve))

test('frozen time wakes nobody, and runs on from where it stood', async () => {
  const real = new ManualClock(1_000_000)
  const clock = new VirtualClock(real)
  let woken = false
  void clock.sleep(10_000).then(() => {
    woken = true
  })
  await real.advance(4_000)
  clock.freeze(true)
  await real.advance(60_000)
  await SETTLED()
  expect([clock.now(), clock.frozen, woken]).toEqual([1_004_000, true, false])

  clock.freeze(false)
  expect(clock.now()).toBe(1_004_000)
  await real.advance(5_999)
  await SETTLED()
  expect(woken).toBe(false)
  await real.advance(1)
  await SETTLED()
  expect([clock.now(), woken]).toEqual([1_010_000, true])
})

test('a move wakes those whose time has come, frozen or not, and one who gave up stays away', async () => {
  const clock = new VirtualClock(new ManualClock(0), { frozen: true })
  const order: string[] = []
  void clock.sleep(1_000).then(() => order.push('first'))
  const cancelled = new AbortController()
  const given = clock.sleep(2_000, cancelled.signal).catch(() => order.push('gave up'))
  cancelled.abort()
  await given
  clock.advance(3_000)
  await SETTLED()
  expect(order).toEqual(['gave up', 'first'])
})

test('freezing again changes nothing', () => {
  const clock = new VirtualClock(new ManualClock(5_000))
  let moves = 0
  clock.onMove(() => {
    moves += 1
  })
  clock.freeze(false)
  clock.freeze(true)
  clock.freeze(true)
  expect([clock.now(), moves]).toEqual([5_000, 1])
})

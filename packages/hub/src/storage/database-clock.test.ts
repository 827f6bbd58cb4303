import { ManualClock } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { silentLog } from '../observability/log.ts'
import { DatabaseClock } from './database-clock.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('two machines with wrong clocks have one time, and keep it when a clock is moved or the database is away', async () => {
  const database = new ManualClock('2026-11-24T12:00:00Z')
  const slow = new ManualClock(database.now() - 300_000)
  const fast = new ManualClock(database.now() + 45_000)
  let away = false
  const ask = async (): Promise<number> => {
    if (away) throw new Error('gone')
    return database.now()
  }
  const one = await DatabaseClock.follow(slow, ask, silentLog)
  const two = await DatabaseClock.follow(fast, ask, silentLog)
  expect([one.now(), two.now()]).toEqual([database.now(), database.now()])

  // The database's clock is set back ten seconds; within a minute everybody's is.
  await database.advance(50_000)
  await slow.advance(60_000)
  await turn()
  await turn()
  expect(one.now()).toBe(database.now())

  away = true
  await slow.advance(60_000)
  await turn()
  await turn()
  expect(one.now()).toBe(database.now() + 60_000)
  one.stop()
  two.stop()
})

test('half of the way counts, and what the way leaves open moves nothing', async () => {
  const machine = new ManualClock('2026-11-24T12:00:00Z')
  const clock = await DatabaseClock.follow(
    machine,
    async () => {
      await machine.advance(10)
      const there = machine.now() + 1_000
      await machine.advance(10)
      return there
    },
    silentLog,
  )
  expect(clock.now() - machine.now()).toBe(1_000)
  const near = await DatabaseClock.follow(
    machine,
    async () => {
      await machine.advance(20)
      return machine.now() - 5
    },
    silentLog,
  )
  expect(near.now() - machine.now()).toBe(0)
  clock.stop()
  near.stop()
})

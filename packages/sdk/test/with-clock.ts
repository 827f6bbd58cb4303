import type { ManualClock } from '@tockwork/kernel'

/** Runs real I/O under a manual clock: time jumps to the next sleeper whenever someone sleeps. */
export async function withClock<T>(clock: ManualClock, work: Promise<T>, stepMs = 100): Promise<T> {
  let done = false
  work.then(
    () => {
      done = true
    },
    () => {
      done = true
    },
  )
  while (!done) {
    if (clock.sleeping > 0) await clock.advance(stepMs)
    else await new Promise((resolve) => setImmediate(resolve))
  }
  return work
}

/** What a promise is rejected with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it was expected to fail')
}

import { expect, test } from 'vitest'
import { Batcher } from './batcher.ts'

/** A run that ends when it is told to, and the questions that each was given. */
function held() {
  const runs: number[][] = []
  const release: (() => void)[] = []
  const run = async (questions: readonly number[]): Promise<number[]> => {
    runs.push([...questions])
    await new Promise<void>((resolve) => release.push(resolve))
    return questions.map((question) => question * 10)
  }
  const next = async (): Promise<void> => {
    release.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { runs, run, next }
}

test('what comes while one is under way goes together in the next, each with its own answer', async () => {
  const { runs, run, next } = held()
  const batcher = new Batcher(run, { most: 3 })
  const first = batcher.ask(1)
  await new Promise((resolve) => setImmediate(resolve))
  const others = [2, 3, 4, 5].map((question) => batcher.ask(question))
  for (let turn = 0; turn < 3; turn += 1) await next()
  expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40, 50])
  expect(runs).toEqual([[1], [2, 3, 4], [5]])
})

test('two of one key never share a statement, and other keys do not wait for them', async () => {
  const { runs, run, next } = held()
  const batcher = new Batcher(run, { lanes: 2, keyOf: (question) => String(question % 2) })
  const answers = [1, 3, 2].map((question) => batcher.ask(question))
  for (let turn = 0; turn < 3; turn += 1) await next()
  expect(await Promise.all(answers)).toEqual([10, 30, 20])
  expect(runs).toEqual([[1, 2], [3]])
})

test("one's mistake is its own; a lost connection is everybody's and is not tried again", async () => {
  const runs: number[][] = []
  const batcher = new Batcher(async (questions: readonly number[]) => {
    runs.push([...questions])
    if (questions.includes(13)) throw new Error('thirteen')
    if (questions.includes(99)) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
    return questions
  })
  const settled = await Promise.allSettled([1, 13, 2].map((question) => batcher.ask(question)))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(runs).toEqual([[1, 13, 2], [1], [13], [2]])
  runs.length = 0
  const lost = await Promise.allSettled([99, 4].map((question) => batcher.ask(question)))
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(runs).toEqual([[99, 4]])
})

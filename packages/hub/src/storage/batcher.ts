import { isConnectionLost } from './database.ts'

export interface BatcherOptions<Question> {
  /** Questions in one statement at most. 200. */
  most?: number
  /** Statements under way at once. 1. */
  lanes?: number
  /** Two questions with the same key never share a statement: the second is asked after the first has its answer. */
  keyOf?: (question: Question) => string
}

interface Asked<Question, Answer> {
  question: Question
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Asks the database the same thing for many at once: what comes while a statement is under way goes together in the next
 * one. A lone question waits for nothing; a thousand cost a few round trips and commits instead of a thousand.
 */
export class Batcher<Question, Answer> {
  readonly #run: (questions: readonly Question[]) => Promise<readonly Answer[]>
  readonly #most: number
  readonly #lanes: number
  readonly #keyOf: ((question: Question) => string) | undefined
  readonly #waiting: Asked<Question, Answer>[] = []
  readonly #keys = new Set<string>()
  #running = 0

  /** @param run answers all of them, in their order, or none */
  constructor(
    run: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    { most = 200, lanes = 1, keyOf }: BatcherOptions<Question> = {},
  ) {
    this.#run = run
    this.#most = most
    this.#lanes = lanes
    this.#keyOf = keyOf
  }

  /** Resolves or rejects as if this question had been asked alone. */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject })
      if (this.#running < this.#lanes) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#running += 1
    // Whoever asks in this turn of the event loop comes along.
    await Promise.resolve()
    try {
      for (;;) {
        const batch = this.#next()
        if (batch.length === 0) return
        await this.#answer(batch)
        if (this.#keyOf !== undefined)
          for (const { question } of batch) this.#keys.delete(this.#keyOf(question))
      }
    } finally {
      this.#running -= 1
    }
  }

  #next(): Asked<Question, Answer>[] {
    const keyOf = this.#keyOf
    if (keyOf === undefined) return this.#waiting.splice(0, this.#most)
    const batch: Asked<Question, Answer>[] = []
    const later: Asked<Question, Answer>[] = []
    for (const asked of this.#waiting) {
      const key = keyOf(asked.question)
      if (batch.length === this.#most || this.#keys.has(key)) later.push(asked)
      else {
        this.#keys.add(key)
        batch.push(asked)
      }
    }
    this.#waiting.splice(0, this.#waiting.length, ...later)
    return batch
  }

  async #answer(batch: readonly Asked<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(batch.map(({ question }) => question))
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer)
    } catch (error) {
      if (batch.length === 1 || isConnectionLost(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      // Somebody's mistake is not everybody's: each alone, and the error goes to whose it is.
      for (const one of batch) await this.#answer([one])
    }
  }
}

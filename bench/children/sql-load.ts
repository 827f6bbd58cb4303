/** The same statement over and over on a number of connections: what PostgreSQL alone does in the time. */
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { quantile } from '../measurement.ts'
import { answerQuestions } from '../worker.ts'

export interface SqlLoad {
  url: string
  connections: number
  seconds: number
  /** One transaction; the first parameter of each is `params`. */
  statements: { sql: string; params: unknown[] }[]
}

const MAX_SAMPLES = 1_000_000

answerQuestions({
  async load({
    url,
    connections,
    seconds,
    statements,
  }: SqlLoad): Promise<{ perSecond: number; p99Ms: number }> {
    const samples = new Float64Array(MAX_SAMPLES)
    let count = 0
    const from = performance.now()
    const until = from + seconds * 1000
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = new pg.Client({ connectionString: url })
        await client.connect()
        while (performance.now() < until) {
          const began = performance.now()
          const together = statements.length > 1
          if (together) await client.query('begin')
          for (const { sql, params } of statements) await client.query(sql, params)
          if (together) await client.query('commit')
          if (count < MAX_SAMPLES) samples[count] = performance.now() - began
          count += 1
        }
        await client.end()
      }),
    )
    const took = (performance.now() - from) / 1000
    return {
      perSecond: count / took,
      p99Ms: quantile(samples.subarray(0, Math.min(count, MAX_SAMPLES)), 0.99),
    }
  },
})

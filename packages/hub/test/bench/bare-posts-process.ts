/**
 * What starting posts costs without a hub: as many pg-boss jobs of the same shape, fetched and completed in batches, and as
 * many inits to the same emulator with tokens that are at hand. Database and origin, count, a file with tokens and the address of
 * the clip; prints `{"seconds"}`.
 */
import { readFileSync } from 'node:fs'
import { PgBoss } from 'pg-boss'

const [url = '', origin = '', count = '0', tokensFile = '', videoUrl = ''] = process.argv.slice(2)
const posts = Number(count)
const access = JSON.parse(readFileSync(tokensFile, 'utf8')) as string[]
const QUEUE = 'bare-posts'
const BATCH = 50
const FETCHERS = 6

const boss = new PgBoss({ connectionString: url, max: 6, schedule: false, supervise: false })
await boss.start()
await boss.createQueue(QUEUE, { policy: 'short' })
for (let from = 0; from < posts; from += 1_000)
  await boss.insert(
    QUEUE,
    Array.from({ length: Math.min(1_000, posts - from) }, (_, n) => ({
      data: { n: from + n },
      singletonKey: String(from + n),
    })),
  )

async function init(n: number): Promise<void> {
  const answer = await fetch(`${origin}/v2/post/publish/video/init/`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${access[n % access.length]}`,
      'content-type': 'application/json; charset=UTF-8',
    },
    body: JSON.stringify({
      post_info: { title: `bare ${n}`, privacy_level: 'SELF_ONLY' },
      source_info: { source: 'PULL_FROM_URL', video_url: videoUrl },
    }),
  })
  if (answer.status !== 200) throw new Error(await answer.text())
  await answer.json()
}

const from = performance.now()
await Promise.all(
  Array.from({ length: FETCHERS }, async () => {
    for (;;) {
      const jobs = await boss.fetch<{ n: number }>(QUEUE, { batchSize: BATCH })
      if (jobs.length === 0) return
      await Promise.all(jobs.map(({ data }) => init(data.n)))
      await boss.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      )
    }
  }),
)
const seconds = (performance.now() - from) / 1000
await boss.stop({ graceful: false })
process.stdout.write(`${JSON.stringify({ seconds })}\n`)

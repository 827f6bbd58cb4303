/** A process that takes a job and never ends it, so that a test can kill it: `node job-holder.ts DATABASE_URL`. */
import { JobQueue } from '../src/jobs/queue.ts'

const queue = new JobQueue({ url: process.argv[2] ?? '', superviseSeconds: 1 })
queue.define('hold-on', {
  handler: async (_data, run) => {
    process.stdout.write(`holding ${run.attempt}\n`)
    await new Promise(() => undefined)
  },
})
await queue.start()
await queue.send('hold-on', {})

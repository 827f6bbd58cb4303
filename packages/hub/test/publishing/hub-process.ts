/** A hub as a process of its own, so that a test can kill it: prints `{"url","adminKeyFile"}` when it is up. */
import { parseConfig, startHub } from '../../src/index.ts'

const hub = await startHub(parseConfig(process.env), {
  jobs: { heartbeatSeconds: 10, superviseSeconds: 1, pollSeconds: 0.5 },
})
process.stdout.write(`${JSON.stringify({ url: hub.url, adminKeyFile: hub.adminKeyFile })}\n`)

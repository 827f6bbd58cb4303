/** The embedded PostgreSQL by itself, with the settings that a hub gives it: prints `{"url"}`, ends with its parent. */
import { startEmbeddedPostgres } from '../../src/storage/embedded/index.ts'

const [dataDir = ''] = process.argv.slice(2)
const server = await startEmbeddedPostgres({ dataDir })
process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid })}\n`)
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
setInterval(() => undefined, 60_000)

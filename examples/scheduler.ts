/**
 * A scheduler: a list of posts with times, each posted once when its time has come, also after a restart.
 *
 *   npm start                                       # in another terminal
 *   npx node examples/scheduler.ts schedule.json
 *
 * schedule.json: [{"id":"soup","at":"2026-12-01T18:00:00Z","account":"acc_…","file":"clip.mp4","title":"Soup"}]
 * Environment: TOCKWORK_HUB_URL (default: http://localhost:4848), TOCKWORK_API_KEY (default: .tockwork/admin.key).
 */
import { readFile } from 'node:fs/promises'

interface Planned {
  id: string
  at: string
  account: string
  file: string
  title: string
}

const { env } = process
const hub = env.TOCKWORK_HUB_URL ?? 'http://localhost:4848'
const key = env.TOCKWORK_API_KEY ?? (await readFile('.tockwork/admin.key', 'utf8')).trim()

/** One request by one name: the hub carries it out once, however often it is sent. */
async function once(name: string, path: string, body: BodyInit, type: string): Promise<{ id: string }> {
  const answer = await fetch(`${hub}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'idempotency-key': name },
    body,
  })
  if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
  return (await answer.json()) as { id: string }
}

const schedule = JSON.parse(await readFile(process.argv[2] ?? 'schedule.json', 'utf8')) as Planned[]

// The hub holds the times: this program may end, and the posts still go out.
for (const { id, at, account, file, title } of schedule) {
  const asset = await once(`${id}-file`, 'assets', await readFile(file), 'video/mp4')
  const post = {
    accounts: [account],
    mode: 'direct',
    video: { asset_id: asset.id },
    options: { title, privacy_level: 'SELF_ONLY' },
    scheduled_at: at,
  }
  await once(`${id}-post`, 'posts', JSON.stringify(post), 'application/json')
  console.log(`${id}: ${account} at ${at}`)
}

/** How many accounts are refreshed in a second, by one process and by four, and among a million that are not due. */
import { startHubWorld } from './hub-world.ts'
import { type Measurements, measured } from './measurement.ts'
import { startBareServer } from './worker.ts'

const LEAD_MS = 6_000
const ANSWER = JSON.stringify({
  access_token: 'act.'.padEnd(72, 'x'),
  expires_in: 86_400,
  open_id: 'invented',
  refresh_expires_in: 31_536_000,
  refresh_token: 'rft.'.padEnd(72, 'x'),
  scope: 'user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload',
  token_type: 'Bearer',
})

export async function measureHubRefresh({
  quick,
  full,
}: {
  quick: boolean
  full: boolean
}): Promise<Measurements> {
  const due = full ? 100_000 : quick ? 500 : 10_000
  const resting = full ? 1_000_000 : quick ? 1_000 : 100_000
  const world = await startHubWorld({ creators: 1 })
  const tokens = await startBareServer(ANSWER)
  try {
    const refresh = async (processes: number): Promise<number> => {
      const at = Date.now() + LEAD_MS
      const args = [world.databaseUrl, `http://127.0.0.1:${tokens.port}`, world.secretKey, String(at)]
      const reports = await Promise.all(
        Array.from({ length: processes }, () =>
          world.run<{ renewed: number; to: number }>('refresh-process', args),
        ),
      )
      const renewed = reports.reduce((sum, report) => sum + report.renewed, 0)
      if (renewed !== due) throw new Error(`${renewed} of ${due} were refreshed`)
      return (due * 1000) / (Math.max(...reports.map(({ to }) => to)) - at)
    }
    await world.seed({ invented: { count: due, dueInMs: 0, sealed: true } })
    const one = await refresh(1)
    await world.seed({ dueAgain: true })
    const four = await refresh(4)
    await world.seed({ invented: { count: resting, dueInMs: 86_400_000, sealed: false }, dueAgain: true })
    const among = await refresh(1)
    await world.seed({ dueAgain: true })
    // Last: what it writes does not open any more.
    const bare = await world.run<{ seconds: number; accounts: number }>('bare-refresh-process', [
      world.databaseUrl,
    ])
    const floor = bare.accounts / bare.seconds
    const what = `${due.toLocaleString('en-US')} due accounts, each a token call`
    const against = 'PostgreSQL alone: claim and store, nothing opened, asked for or sealed'
    const line = (label: string, value: number) =>
      measured({ unit: 'accounts/s', what: `${label}; ${against}`, values: [value], against: [floor] })
    return {
      'hub-refresh-1': line(`${what}, one process`, one),
      'hub-refresh-4': line('the same, four processes', four),
      'hub-refresh-among': measured({
        unit: 'accounts/s',
        what: `one process, among ${resting.toLocaleString('en-US')} that are not due; without those`,
        values: [among],
        against: [one],
      }),
    }
  } finally {
    await tokens.stop()
    await world.stop()
  }
}

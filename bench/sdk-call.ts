/** What a call through the SDK costs beside a bare `fetch` of the same endpoint. */
import { type Measurements, measured } from './measurement.ts'
import { startBareServer, startWorker } from './worker.ts'

const ANSWER = JSON.stringify({
  data: {
    user: {
      avatar_url: 'https://p16-sign.tiktokcdn-us.com/tos-avatar/bench~tplv-168x168.jpeg?x-expires=1764086400',
      display_name: 'Mika',
      open_id: '723f24d7-e717-40f8-a2b6-cb8464cd23b4',
      union_id: 'c9c60f44-a68e-4f5d-84dd-ce22faeb0ba1',
    },
  },
  error: { code: 'ok', message: '', log_id: '20261124120000010203040506070809' },
})

const MOST = { of: 'ratio', limit: 'most', number: 1.15 } as const

export async function measureSdkCall({ quick }: { quick: boolean }): Promise<Measurements> {
  const rounds = quick ? 3 : 9
  const client = await startWorker('sdk-calls')
  const server = await startBareServer(ANSWER, {
    'x-tt-logid': '20261124120000010203040506070809',
    'x-ratelimit-remaining': '599',
    'x-ratelimit-reset': '60',
  })
  try {
    await client.ask('prepare', { port: server.port, body: ANSWER })
    const result: Measurements = {}
    for (const [concurrency, calls] of [
      [1, quick ? 200 : 2000],
      [50, quick ? 400 : 5000],
    ] as const) {
      const values: number[] = []
      const against: number[] = []
      for (let round = -2; round < rounds; round += 1) {
        const details = { calls, concurrency }
        // Who goes first changes from round to round: the second finds everything warmer.
        const order = round % 2 === 0 ? (['sdk', 'fetch'] as const) : (['fetch', 'sdk'] as const)
        for (const who of order) {
          const took = await client.ask<number>(who, details)
          if (round >= 0) (who === 'sdk' ? values : against).push(took)
        }
      }
      result[`sdk-call-${concurrency}`] = measured({
        unit: 'µs',
        what: `user.info() through the SDK, ${concurrency} at a time; global fetch with the same JSON reading`,
        values,
        against,
        aim: MOST,
      })
    }
    const values: number[] = []
    const against: number[] = []
    for (let round = -1; round < rounds; round += 1) {
      for (const windows of round % 2 === 0 ? [true, false] : [false, true]) {
        const took = await client.ask<number>('atHand', { calls: quick ? 500 : 5000, windows })
        if (round >= 0) (windows ? values : against).push(took)
      }
    }
    result['sdk-alone'] = measured({
      unit: 'µs',
      what: 'the same call with the answer at hand, so the SDK without network; the same without rate windows',
      values,
      against,
    })
    return result
  } finally {
    await Promise.all([client.stop(), server.stop()])
  }
}

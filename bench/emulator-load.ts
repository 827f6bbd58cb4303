/** How many requests a second the emulator answers, how long the slowest take, and what memory that needs. */
import type { LoadAnswer, LoadQuestion } from './children/load.ts'
import { connectCreator, DEMO, startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { residentBytes, startBareServer, startWorker } from './worker.ts'

const CONNECTIONS = 20
const USER_INFO =
  '/v2/user/info/?fields=open_id,union_id,avatar_url,display_name,username,follower_count,likes_count,video_count'
const MB = 1e6

const P99 = { of: 'value', limit: 'most', number: 15 } as const

export async function measureEmulatorLoad({ quick }: { quick: boolean }): Promise<Measurements> {
  const rounds = quick ? 2 : 5
  const seconds = quick ? 0.3 : 2
  // Once before, so that the sources are in Node's compile cache as they are after anyone's first start: stripping types
  // takes memory of its own.
  await (await startEmulatorProcess({ rateLimits: false })).stop()
  const emulator = await startEmulatorProcess({ rateLimits: false })
  const load = await startWorker('load')
  let floor: Awaited<ReturnType<typeof startBareServer>> | undefined
  try {
    const rssAtStart = residentBytes(emulator.pid)?.now
    const { access_token } = await connectCreator(emulator.origin, 'mika')
    const answer = await fetch(`${emulator.origin}${USER_INFO}`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    const body = await answer.text()
    if (answer.status !== 200) throw new Error(body)
    // As many headers as the emulator sends, so that the comparison writes and the load reads as much.
    floor = await startBareServer(body, {
      'x-tt-logid': '20261124120000'.padEnd(34, '0'),
      'x-ratelimit-remaining': '599',
      'x-ratelimit-reset': '60',
    })
    const floorPort = floor.port
    const floorAtStart = residentBytes(floor.pid)?.now
    const tokens: string[] = []
    for (let index = 0; index < CONNECTIONS; index += 1)
      tokens.push(
        (await connectCreator(emulator.origin, ['mika', 'noor', 'lane'][index % 3] as string)).refresh_token,
      )

    const userInfo = `GET ${USER_INFO} HTTP/1.1\r\nhost: localhost:${emulator.port}\r\nauthorization: Bearer ${access_token}\r\naccept: application/json\r\n\r\n`
    const form = new URLSearchParams({ ...DEMO, grant_type: 'client_credentials' }).toString()
    const formHead = `POST /v2/oauth/token/ HTTP/1.1\r\nhost: localhost:${emulator.port}\r\ncontent-type: application/x-www-form-urlencoded\r\n`
    const clientToken = `${formHead}content-length: ${form.length}\r\n\r\n${form}`
    const refreshForm = `${new URLSearchParams({ ...DEMO, grant_type: 'refresh_token' })}&refresh_token=`

    // Reading leaves nothing behind, token calls a row each: memory after the one and after both are two figures.
    for (const target of [floorPort, emulator.port])
      await load.ask<LoadAnswer>('load', {
        port: target,
        request: userInfo,
        connections: CONNECTIONS,
        seconds: rounds * seconds,
      })
    const rssAfterReads = residentBytes(emulator.pid)?.now
    const floorAfterReads = residentBytes(floor.pid)?.now

    let held = tokens
    const loads = {
      floor: { port: floorPort, request: userInfo },
      floorToken: { port: floorPort, request: clientToken },
      userInfo: { port: emulator.port, request: userInfo },
      clientToken: { port: emulator.port, request: clientToken },
      refresh: { port: emulator.port, request: '' },
    }
    const results: Record<keyof typeof loads, LoadAnswer[]> = {
      floor: [],
      floorToken: [],
      userInfo: [],
      clientToken: [],
      refresh: [],
    }
    for (let round = -1; round < rounds; round += 1) {
      for (const name of Object.keys(loads) as (keyof typeof loads)[]) {
        const question: LoadQuestion = {
          ...loads[name],
          connections: CONNECTIONS,
          seconds: round < 0 ? Math.min(1, seconds) : seconds,
          ...(name === 'refresh' ? { refresh: { head: formHead, form: refreshForm, tokens: held } } : {}),
        }
        const result = await load.ask<LoadAnswer>('load', question)
        if (name === 'refresh') held = result.tokens
        // The first round warms both up.
        if (round >= 0) results[name].push(result)
      }
    }
    const rssAfter = residentBytes(emulator.pid)
    const floorAfter = residentBytes(floor.pid)
    const rates = (name: keyof typeof loads): number[] => results[name].map(({ perSecond }) => perSecond)
    const tails = (name: keyof typeof loads): number[] => results[name].map(({ p99Ms }) => p99Ms)
    const rows = [...results.clientToken, ...results.refresh].reduce((sum, { requests }) => sum + requests, 0)
    const isOn = `at ${CONNECTIONS} connections; bare node:http server with the same answer`
    return {
      'emulator-user-info': measured({
        unit: 'requests/s',
        what: `user info ${isOn}`,
        values: rates('userInfo'),
        against: rates('floor'),
        aim: { of: 'value', limit: 'least', number: 8000 },
      }),
      'emulator-user-info-p99': measured({
        unit: 'ms',
        what: 'slowest hundredth of the above',
        values: tails('userInfo'),
        against: tails('floor'),
        aim: P99,
      }),
      'emulator-client-token': measured({
        unit: 'requests/s',
        what: `token call, client_credentials, ${isOn}`,
        values: rates('clientToken'),
        against: rates('floorToken'),
        aim: { of: 'value', limit: 'least', number: 4000 },
      }),
      'emulator-client-token-p99': measured({
        unit: 'ms',
        what: 'slowest hundredth of the above',
        values: tails('clientToken'),
        against: tails('floorToken'),
        aim: P99,
      }),
      'emulator-refresh-token': measured({
        unit: 'requests/s',
        what: `token call, refresh_token with rotation, ${isOn}`,
        values: rates('refresh'),
        against: rates('floorToken'),
        aim: { of: 'value', limit: 'least', number: 4000 },
      }),
      'emulator-refresh-token-p99': measured({
        unit: 'ms',
        what: 'slowest hundredth of the above',
        values: tails('refresh'),
        against: tails('floorToken'),
        aim: P99,
      }),
      ...memory('emulator-memory', 'resident after start', rssAtStart, floorAtStart),
      ...memory(
        'emulator-memory-after-reads',
        `resident after ${rounds * seconds} s of user info`,
        rssAfterReads,
        floorAfterReads,
      ),
      ...memory(
        'emulator-memory-after-load',
        `resident after ${rows.toLocaleString('en-US')} token calls more, each of which leaves a row`,
        rssAfter?.now,
        floorAfter?.now,
      ),
    }
  } finally {
    await Promise.all([emulator.stop(), load.stop(), floor?.stop()])
  }
}

/** Nothing where the system does not tell. */
function memory(
  name: string,
  what: string,
  bytes: number | undefined,
  floor: number | undefined,
): Measurements {
  if (bytes === undefined || floor === undefined) return {}
  return {
    [name]: measured({
      unit: 'MB',
      what: `${what}; bare node:http server after the same number of seconds`,
      values: [bytes / MB],
      against: [floor / MB],
      aim: { of: 'value', limit: 'most', number: 100 },
    }),
  }
}

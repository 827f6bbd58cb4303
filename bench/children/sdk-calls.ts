/** The SDK and a bare `fetch`, calling the same endpoint from one process, turn about. */
import { performance } from 'node:perf_hooks'
import { parseJson } from '@tockwork/kernel'
import { type Creator, type Http, TikTok } from '@tockwork/sdk'
import { answerQuestions } from '../worker.ts'

const FIELDS = ['open_id', 'union_id', 'avatar_url', 'display_name'] as const
/** Of each user TikTok takes 600 calls a minute, so the calls are those of many users. */
const USERS = 500

export interface CallRound {
  calls: number
  concurrency: number
}

const app = { clientKey: 'tw-demo-app', clientSecret: 'tw-demo-secret' }
let origin = ''
let creators: Creator[] = []
let turn = 0

async function spread(calls: number, concurrency: number, call: () => Promise<void>): Promise<number> {
  let left = calls
  const from = performance.now()
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await call()
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  return ((performance.now() - from) * 1000) / calls
}

async function callSdk(): Promise<void> {
  const creator = creators[turn++ % USERS] as Creator
  const user = await creator.user.info([...FIELDS])
  if (user.open_id === '') throw new Error('no user')
}

async function callFetch(): Promise<void> {
  const response = await fetch(`${origin}/v2/user/info/?fields=${FIELDS.join(',')}`, {
    headers: { authorization: `Bearer act.bench${turn++ % USERS}`, accept: 'application/json' },
  })
  const answer = parseJson(await response.text()) as { data: { user: { open_id: string } } }
  if (response.status !== 200 || answer.data.user.open_id === '') throw new Error('no user')
}

/** A transport that has the answer at hand: what is left is the SDK alone. */
function atHand(body: string): Http {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'x-ratelimit-remaining': '599',
    'x-ratelimit-reset': '60',
  }
  return {
    send: async () => ({
      status: 200,
      headers: { ...headers },
      text: async () => body,
      bytes: async () => Buffer.from(body),
      stream: async function* () {
        yield Buffer.from(body)
      },
    }),
  }
}

const clients: Record<string, Creator[]> = {}

answerQuestions({
  prepare({ port, body }: { port: number; body: string }): void {
    origin = `http://127.0.0.1:${port}`
    const users = (client: TikTok): Creator[] =>
      Array.from({ length: USERS }, (_, index) => client.withToken(`act.bench${index}`))
    creators = users(new TikTok({ ...app, origin }))
    clients.windows = users(new TikTok({ ...app, http: atHand(body) }))
    clients.none = users(new TikTok({ ...app, http: atHand(body), limits: { keepWindows: false } }))
  },
  /** Microseconds a call. */
  sdk: ({ calls, concurrency }: CallRound) => spread(calls, concurrency, callSdk),
  fetch: ({ calls, concurrency }: CallRound) => spread(calls, concurrency, callFetch),
  atHand: ({ calls, windows }: { calls: number; windows: boolean }) => {
    const users = clients[windows ? 'windows' : 'none'] as Creator[]
    return spread(calls, 1, async () => {
      await (users[turn++ % USERS] as Creator).user.info([...FIELDS])
    })
  },
})

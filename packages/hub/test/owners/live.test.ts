import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PeopleWorld, type Visitor } from './people-world.ts'

let world: PeopleWorld
let owner: Visitor

beforeAll(async () => {
  world = await PeopleWorld.start({ limits: { kept: 3, watchers: 3, watchersOfOne: 2, behind: 50 } })
  owner = world.visitor()
  await owner.accept(world.firstLink, 'owner')
}, 60_000)
afterAll(() => world?.close(), 60_000)

interface Heard {
  id: string | undefined
  event: string
  data: { id?: string; state?: string }
}

/** A reader of the stream, as a browser's EventSource reads it. */
async function watch(headers: Record<string, string>) {
  const end = new AbortController()
  const answer = await fetch(`${world.origin}/v1/events`, { headers, signal: end.signal })
  const heard: Heard[] = []
  const state = { over: false }
  const read = async (): Promise<void> => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const bytes of answer.body ?? []) {
      text += decoder.decode(bytes, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = new Map(
          block
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        )
        const event = fields.get('event')
        if (event !== undefined)
          heard.push({ id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? '{}') })
      }
    }
  }
  void read().then(
    () => {
      state.over = true
    },
    () => {
      state.over = true
    },
  )
  return { status: answer.status, headers: answer.headers, heard, state, end: () => end.abort() }
}

async function until(look: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (look()) return
    await pause(25)
  }
  throw new Error('It was not heard')
}

const cookie = (visitor: Visitor) => ({ cookie: visitor.cookie ?? '' })
let accounts = 0
async function newAccount(
  appId = world.tenant.appId,
  workspaceId = world.tenant.workspaceId,
): Promise<string> {
  accounts += 1
  const id = `acc_${accounts}`
  await world.accounts.database.pool.query(
    `insert into accounts (id, workspace_id, app_id, platform, external_id, status, scopes, connected_at, changed_at)
     values ($1, $2, $3, 'tiktok', $1, 'connected', '{}', now(), now())`,
    [id, workspaceId, appId],
  )
  return id
}

test('tells of what another process commits, to the workspace that it is of alone', async () => {
  const other = await world.accounts.tenant('Other')
  const mine = await watch(cookie(owner))
  const theirs = await watch({ authorization: `Bearer ${other.key}` })
  expect([mine.status, mine.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const id = await newAccount()
  await world.accounts.database.pool.query(
    `update accounts set status = 'reauthorization_required' where id = $1`,
    [id],
  )
  // What changes nothing that is shown is not told.
  await world.accounts.database.pool.query('update accounts set external_user_id = $2 where id = $1', [
    id,
    'x',
  ])
  const last = await newAccount()
  await until(() => mine.heard.length >= 3)
  expect(mine.heard.map(({ event, data }) => [event, data.id, data.state])).toEqual([
    ['account', id, 'connected'],
    ['account', id, 'reauthorization_required'],
    ['account', last, 'connected'],
  ])
  expect(theirs.heard).toEqual([])
  await newAccount(other.appId, other.workspaceId)
  await until(() => theirs.heard.length === 1)
  expect(mine.heard).toHaveLength(3)
  mine.end()
  theirs.end()
})

test('who comes back hears what was missed, or that it is to be read anew', async () => {
  const first = await watch(cookie(owner))
  const old = await newAccount()
  await until(() => first.heard.some(({ data }) => data.id === old))
  first.end()
  const lastId = first.heard.at(-1)?.id ?? ''
  const missed = await newAccount()
  await pause(100)
  const second = await watch({ ...cookie(owner), 'last-event-id': lastId })
  await until(() => second.heard.length === 1)
  expect(second.heard[0]?.data.id).toBe(missed)
  second.end()
  for (let more = 0; more < 4; more += 1) await newAccount()
  await pause(100)
  for (const unknown of [lastId, 'nonsense']) {
    const third = await watch({ ...cookie(owner), 'last-event-id': unknown })
    await until(() => third.heard.length === 1)
    expect(third.heard[0]).toMatchObject({ event: 'reset' })
    third.end()
  }
})

test('is for those who may read, so many at once, and no longer than they may', async () => {
  expect((await watch({})).status).toBe(401)
  await pause(100)
  const viewer = await world.join(owner, 'viewer', 'vera')
  const { id } = (await viewer.look()).person
  const one = await watch(cookie(viewer))
  const two = await watch(cookie(owner))
  const three = await watch(cookie(owner))
  expect([one.status, two.status, three.status]).toEqual([200, 200, 429])
  await owner.send('DELETE', `/v1/people/${id}`)
  await world.clock.advance(21_000)
  await until(() => one.state.over)
  expect(two.state.over).toBe(false)
  two.end()
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AccountWorld, type Tenant } from '../account-world.ts'

let world: AccountWorld
let tenant: Tenant
let other: Tenant
beforeAll(async () => {
  world = await AccountWorld.start()
  tenant = await world.tenant()
  other = await world.tenant('Other')
})
afterAll(() => world.close())

const accounts = async (whose: Tenant): Promise<{ id: string; external_user_id: string | null }[]> =>
  (await world.call(whose, 'GET', '/v1/connected-accounts')).json.data
const outcome = async (whose: Tenant, id: string): Promise<string | null> =>
  (await world.call(whose, 'GET', `/v1/connect-sessions/${id}`)).json.outcome
const exchanges = () =>
  world.emulator.requests().filter(({ endpoint }) => endpoint === 'oauth.exchangeCode').length

/** The way back of one login with the code of another. */
function mixed(state: string, code: string): string {
  const url = new URL(state)
  url.searchParams.set('code', new URL(code).searchParams.get('code') ?? '')
  return url.href
}

describe('a code', () => {
  test('of an attacker’s own login does not connect their account to somebody else’s invitation', async () => {
    const victim = await world.invite(tenant, { external_user_id: 'victim' })
    const attacker = await world.invite(other)
    const theirs = world.emulator.consent(attacker.authorizeUrl, 'lane')
    const back = world.emulator.consent(victim.authorizeUrl, 'mika')
    const answer = await world.visit('GET', mixed(back, theirs))
    expect(answer.text).not.toContain(' is connected')
    expect(await outcome(tenant, victim.id)).toBe('failed')
    expect(await accounts(tenant)).toEqual([])
    // The other way round: a victim's code does not end up with the attacker.
    const again = await world.invite(other)
    const stolen = world.emulator.consent((await world.invite(tenant)).authorizeUrl, 'mika')
    await world.visit('GET', mixed(world.emulator.consent(again.authorizeUrl, 'lane'), stolen))
    expect(await outcome(other, again.id)).toBe('failed')
    expect(await accounts(other)).toEqual([])
  })

  test('is good once: a second login with it fails, and so does the first callback repeated', async () => {
    const { id, authorizeUrl } = await world.invite(tenant)
    const back = world.emulator.consent(authorizeUrl, 'noor')
    await world.visit('GET', back)
    const before = exchanges()
    for (let times = 0; times < 3; times += 1)
      expect((await world.visit('GET', back)).text).toContain('noor is connected')
    // Told how the first one went, without asking TikTok anything.
    expect(exchanges()).toBe(before)
    expect(await outcome(tenant, id)).toBe('connected')
    const later = await world.invite(tenant)
    const reused = mixed(world.emulator.consent(later.authorizeUrl, 'lane'), back)
    await world.visit('GET', reused)
    expect(await outcome(tenant, later.id)).toBe('failed')
  })
})

describe('a state', () => {
  test('is over when the link was opened once more: only the newest one counts', async () => {
    const { id, url, authorizeUrl } = await world.invite(tenant)
    const old = world.emulator.consent(authorizeUrl, 'lane')
    const second = await world.visit('POST', url)
    expect((await world.visit('GET', old)).status).toBe(400)
    expect(await outcome(tenant, id)).toBeNull()
    await world.visit('GET', world.emulator.consent(String(second.headers.location), 'lane'))
    expect(await outcome(tenant, id)).toBe('connected')
  })

  test('that was refused stays refused, whatever comes with it later', async () => {
    const { id, authorizeUrl } = await world.invite(tenant)
    const good = new URL(world.emulator.consent(authorizeUrl, 'mika'))
    const denied = `/connect/callback?error=access_denied&state=${good.searchParams.get('state')}`
    expect((await world.visit('GET', denied)).text).toContain('Nothing was connected')
    const before = exchanges()
    expect((await world.visit('GET', good.href)).text).not.toContain(' is connected')
    expect(exchanges()).toBe(before)
    expect(await outcome(tenant, id)).toBe('denied')
  })

  test('is guessed, cut, doubled or empty: nothing happens, and each gets the same page', async () => {
    const { id, authorizeUrl } = await world.invite(tenant)
    const good = new URL(world.emulator.consent(authorizeUrl, 'mika'))
    const state = good.searchParams.get('state') ?? ''
    const code = good.searchParams.get('code') ?? ''
    const pages = new Set<string>()
    for (const wrong of [
      state.slice(0, -1),
      `${state}A`,
      state.toLowerCase(),
      'x'.repeat(43),
      '%00',
      "' or 1=1 --",
      `${state}%00`,
    ]) {
      const answer = await world.visit(
        'GET',
        `/connect/callback?code=${encodeURIComponent(code)}&state=${wrong}`,
      )
      expect(answer.status, wrong).toBe(400)
      pages.add(answer.text)
    }
    expect(pages.size).toBe(1)
    expect(await outcome(tenant, id)).toBeNull()
    expect(state).toMatch(/^[\w-]{43}$/)
  })

  test('outlives its link by a quarter of an hour and not a second more', async () => {
    const inTime = await world.invite(tenant, { expires_in: 60 })
    await world.emulator.advance(60 + 899)
    // TikTok's own code is fresh: it is the state that is looked at.
    const back = world.emulator.consent(inTime.authorizeUrl, 'lane')
    await world.visit('GET', back)
    expect(await outcome(tenant, inTime.id)).toBe('connected')
    const late = await world.invite(tenant, { expires_in: 60 })
    await world.emulator.advance(60 + 900)
    const before = exchanges()
    expect((await world.visit('GET', world.emulator.consent(late.authorizeUrl, 'lane'))).status).toBe(410)
    expect(exchanges()).toBe(before)
    expect(await outcome(tenant, late.id)).toBe('failed')
  })
})

test('two creators at one link at the same moment: one of them is connected, and the other is told that it is not them', async () => {
  const { id, url } = await world.invite(tenant)
  const [first, second] = await Promise.all([world.visit('POST', url), world.visit('POST', url)])
  const backs = [
    world.emulator.consent(String(first.headers.location), 'mika'),
    world.emulator.consent(String(second.headers.location), 'noor'),
  ]
  const answers = await Promise.all(backs.map((back) => world.visit('GET', back)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  const session = (await world.call(tenant, 'GET', `/v1/connect-sessions/${id}`)).json
  const won = answers.findIndex(({ status }) => status === 200)
  expect(answers[won]?.text).toContain(`${['mika', 'noor'][won]} is connected`)
  const account = (await world.call(tenant, 'GET', `/v1/connected-accounts/${session.account_id}`)).json
  expect(account.username).toBe(['mika', 'noor'][won])
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { frozenEmulator, send } from './client.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await frozenEmulator()
})
afterEach(() => emulator.close())

const PORTAL = '/_emulator/portal'
const get = (path: string) => send(emulator, 'GET', path)

/** Sends a form as a browser without JavaScript does, and follows where it leads. */
async function submit(path: string, fields: string) {
  const answer = await send(emulator, 'POST', path, {
    body: fields,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  return answer.status === 303
    ? { ...(await get(answer.headers.get('location') ?? '')), followed: true }
    : { ...answer, followed: false }
}

describe('the portal’s pages', () => {
  test('lead from a new app to its approval', async () => {
    const created = await submit(`${PORTAL}/apps`, 'name=Kitchen&platform=web')
    expect(created.text).toContain('Created. Client key')
    const app = [...emulator.world.apps.values()].at(-1)!
    expect(created.text).toContain(app.secret)
    const page = `${PORTAL}/apps/${app.id}`
    await submit(
      `${page}/details`,
      'name=Kitchen&platform=web&redirect_uris=https%3A%2F%2Fkitchen.example%2Fcb%0D%0Ahttps%3A%2F%2Fkitchen.example%2Fother&webhook_url=&active_user_cap=7',
    )
    expect(app).toMatchObject({
      redirectUris: ['https://kitchen.example/cb', 'https://kitchen.example/other'],
      activeUserCap: 7,
    })
    await submit(`${page}/scopes`, 'scope=video.publish&scope=user.info.basic')
    expect(app.scopes).toEqual(['user.info.basic', 'video.publish'])
    await submit(`${page}/review`, 'decision=submit')
    expect((await get(page)).text).toContain('in review')
    await submit(`${page}/review`, 'decision=approve&comment=Fine')
    expect((await get(page)).text).toContain('Reviewer: “Fine”')
    await submit(`${page}/audit`, 'decision=submit')
    await submit(`${page}/audit`, 'decision=approve')
    expect(app.audit).toBe('approved')
  })

  test('show what is wrong beside the field, and keep what was entered', async () => {
    const before = structuredClone(emulator.world.apps.get('tw-demo-app'))
    const { status, text, followed } = await submit(
      `${PORTAL}/apps/tw-demo-app/details`,
      'name=Renamed&platform=web&redirect_uris=https%3A%2F%2Fa.example%2F%0Ahttp%3A%2F%2Fb.example%2F&webhook_url=nope&active_user_cap=x',
    )
    expect([status, followed]).toEqual([400, false])
    expect(text).toMatch(/role="alert"/)
    expect(text).toContain('line 2 scheme must be https')
    expect(text).toContain('must be an absolute URL')
    expect(text).toContain('must be a whole number of at least 1')
    expect(text).toContain('value="Renamed"')
    expect(text).toContain('aria-invalid="true"')
    expect(emulator.world.apps.get('tw-demo-app')).toEqual(before)
  })

  test('make sandboxes and name the limit', async () => {
    for (let i = 0; i < 5; i += 1)
      await submit(`${PORTAL}/apps/tw-demo-app/sandboxes`, `name=S${i}&clone_from=tw-demo-app`)
    const { status, text } = await submit(
      `${PORTAL}/apps/tw-demo-app/sandboxes`,
      'name=S5&clone_from=tw-demo-app',
    )
    expect(status).toBe(400)
    expect(text).toContain('at most 5 for one app')
    const sandbox = [...emulator.world.apps.values()].find((app) => app.kind === 'sandbox')!
    await submit(`${PORTAL}/apps/${sandbox.id}/target-users`, 'user=noor&user=lane')
    expect(sandbox.targetUsers).toEqual(['noor', 'lane'])
    const gone = await submit(`${PORTAL}/apps/${sandbox.id}/delete`, '')
    expect(gone.text).toContain('S0 is deleted.')
  })

  test('verify URL properties, or mark them', async () => {
    const page = `${PORTAL}/apps/tw-demo-app/url-properties`
    await submit(page, 'value=static.example.invalid')
    const [property] = emulator.world.apps.get('tw-demo-app')!.urlProperties
    const tried = await submit(`${page}/verify`, 'value=static.example.invalid')
    expect(tried.text).toContain('Not verified: static.example.invalid has no TXT record')
    expect(tried.text).toContain(`tiktok-developers-site-verification=${property?.token}`)
    await submit(`${page}/mark`, 'value=static.example.invalid')
    expect((await get(`${PORTAL}/apps/tw-demo-app`)).text).toContain('domain, verified')
  })

  test('say a new secret once', async () => {
    const rotated = await submit(`${PORTAL}/apps/tw-demo-app/rotate-secret`, '')
    const { secret } = emulator.world.apps.get('tw-demo-app')!
    expect(rotated.text).toContain(`New client secret: <code>${secret}</code>`)
    expect((await get(`${PORTAL}/apps/tw-demo-app?notice=1`)).text).not.toContain('New client secret')
  })

  test('lead home from an app that is not there', async () => {
    const answer = await get(`${PORTAL}/apps/nobody`)
    expect(answer.status).toBe(303)
    expect((await get(answer.headers.get('location') ?? '')).text).toContain('there is no app nobody')
  })

  test('a form never leads to another site', async () => {
    for (const back of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/_emulator/../../evil',
      '/_emulator//evil.example',
    ]) {
      const { headers } = await send(emulator, 'POST', '/_emulator/actions/clock', {
        body: new URLSearchParams({ advance: '60', back }).toString(),
      })
      expect(new URL(headers.get('location') ?? '', emulator.origin).origin, back).toBe(emulator.origin)
    }
  })

  test('what an app calls itself stays text', async () => {
    const script = '<img src=x onerror=alert(1)>'
    await send(emulator, 'PATCH', '/_emulator/apps/tw-demo-app', { json: { name: script } })
    await submit(`${PORTAL}/apps/tw-demo-app/sandboxes`, new URLSearchParams({ name: script }).toString())
    const key = [...emulator.world.apps.values()].at(-1)!.id
    for (const path of [PORTAL, `${PORTAL}/apps/tw-demo-app`, `${PORTAL}/apps/${key}`])
      expect((await get(path)).text, path).not.toContain('<img src=x')
    const refused = await submit(
      `${PORTAL}/apps`,
      new URLSearchParams({ name: `"${script}`.repeat(9) }).toString(),
    )
    expect(refused.status).toBe(400)
    expect(refused.text).not.toContain('<img src=x')
  })
})

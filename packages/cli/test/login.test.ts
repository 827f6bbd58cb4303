import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, Shop } from './tockwork.ts'

let shop: Shop

beforeAll(async () => {
  shop = await Shop.open()
  await shop.emulate()
})
afterAll(() => shop.close())

/** What a browser does with the printed address: the form, then the redirect. */
async function consent(login: Running, form: Record<string, string>[]): Promise<URL> {
  await login.until(() => login.stderr.includes('Waiting') || /authorize\/\?\S+\n/.test(login.stderr))
  const address = /http\S+authorize\S+/.exec(login.stderr)?.[0] as string
  const body = new URLSearchParams(form.flatMap((each) => Object.entries(each)))
  const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' })
  return new URL(answer.headers.get('location') as string)
}

test('a creator agrees in a browser, leaving a scope out; a forged answer changes nothing', async () => {
  const login = shop.start(['login', '--no-browser', '--json', '--scopes', 'user.info.profile,video.list'])
  const callback = await consent(login, [
    { creator: 'lane' },
    { scope: 'user.info.profile' },
    { decision: 'allow' },
  ])
  expect(callback.hostname).toBe('127.0.0.1')
  const forged = new URL(callback)
  forged.searchParams.set('state', 'guessed')
  expect((await fetch(forged)).status).toBe(400)
  const page = await fetch(callback)
  expect(await page.text()).toContain('You agreed')
  const { code, stdout } = await login.ended
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ username: 'lane', missing_scopes: ['video.list'] })
})

test('a refusal is told in the browser and in the shell', async () => {
  const login = shop.start(['login', '--no-browser'])
  const callback = await consent(login, [{ creator: 'mika' }, { decision: 'deny' }])
  expect(await (await fetch(callback)).text()).toContain('access_denied')
  const { code, stderr } = await login.ended
  expect(code).toBe(3)
  expect(stderr).toContain('access_denied')
})

test('giving up, and waiting too long', async () => {
  const login = shop.start(['login', '--no-browser'])
  await login.until(() => login.stderr.includes('Waiting'))
  const interrupted = await login.kill('SIGINT')
  expect(interrupted.code).toBe(130)
  expect(interrupted.stderr).toContain('nothing was changed')
  const late = await shop.json('login', '--no-browser', '--timeout', '0.2')
  expect(late).toMatchObject({ code: 3, value: { error: { code: 'login_timeout' } } })
})

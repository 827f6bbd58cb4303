/** A hub with something on every page of its dashboard. */
import type { Page } from 'playwright-core'
import { type DashboardWorld, OWNER } from './dashboard-world.ts'

export interface Filled {
  mika: string
  noor: string
  failed: string
  scheduled: string
  /** Each page by a name, with an address at which there is something to see. */
  pages: Record<string, string>
}

/** Makes the first account in a browser. */
export async function signUp(page: Page, { ownerLink }: DashboardWorld): Promise<void> {
  await page.goto(ownerLink)
  await page.getByLabel('Your name').fill(OWNER.name)
  await page.getByLabel('Login').fill(OWNER.login)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Make account' }).click()
  await page.getByRole('heading', { level: 1, name: `Hello, ${OWNER.name}` }).waitFor()
}

export async function fillWorld(world: DashboardWorld): Promise<Filled> {
  const mika = await world.connect('mika')
  const noor = await world.connect('noor', ['video.publish'])
  const clip = await world.upload('morning light.mp4', 1)
  const other = await world.upload('backstage.mp4', 2)
  const endpoint = await world.api('POST', '/v1/webhook-endpoints', {
    url: 'http://127.0.0.1:9/hooks',
    description: 'The warehouse',
  })
  const published = await world.post(mika, clip, 'Morning light over the harbour #film')
  await world.until(
    async () => ((await world.api('GET', `/v1/posts/${published}`)).state === 'published' ? true : undefined),
    'published',
  )
  const inDays = (days: number, hour: number): string => {
    const date = new Date()
    date.setDate(date.getDate() + days)
    date.setHours(hour, 0, 0, 0)
    return date.toISOString()
  }
  const scheduled = await world.post(mika, other, 'Backstage before the show', { scheduled_at: inDays(1, 9) })
  await world.post(mika, clip, 'What we cook on Sundays #kitchen', { scheduled_at: inDays(2, 17) })
  await world.post(mika, other, 'A walk through the old town', { scheduled_at: inDays(4, 12) })
  await world.api('PUT', `/v1/connected-accounts/${mika}/queue`, {
    time_zone: 'Europe/Berlin',
    slots: [1, 3, 5].flatMap((weekday) => [
      { weekday, time: '09:00' },
      { weekday, time: '18:30' },
    ]),
  })
  for (const title of ['Three tools I use daily', 'How the shutter works', 'Questions you sent me'])
    await world.post(mika, clip, title, { schedule: 'next_slot' })
  await world.post(mika, other, 'The new poster, before it is printed', {
    approval: 'required',
    scheduled_at: inDays(3, 10),
  })
  await fetch(`${world.emulator.origin}/_emulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      match: { endpoint: 'posting.initVideo' },
      action: { code: 'spam_risk_user_banned_from_posting', status: 403 },
      times: 1,
    }),
  })
  const failed = await world.post(mika, other, 'The one that TikTok refuses')
  await world.until(
    async () => ((await world.api('GET', `/v1/posts/${failed}`)).state === 'failed' ? true : undefined),
    'failed',
  )
  const key = await world.api('POST', '/v1/api-keys', {
    name: 'Scheduler',
    scopes: ['posts:write', 'posts:read'],
  })
  await world.api('POST', '/v1/people/invitations', { role: 'publisher' })
  await world.until(
    async () =>
      (await world.api('GET', `/v1/connected-accounts/${mika}/sync`)).last_completed_at ?? undefined,
    'read',
  )
  return {
    mika,
    noor,
    failed,
    scheduled,
    pages: {
      home: '/',
      accounts: '/accounts',
      account: `/accounts/${mika}`,
      posts: '/posts',
      post: `/posts/${failed}`,
      compose: '/compose',
      calendar: '/calendar',
      queue: `/queue?account=${mika}`,
      analytics: `/analytics?account=${mika}`,
      limits: '/limits',
      webhooks: '/webhooks',
      keys: `/keys?made=${key.id}`,
      audit: '/audit',
      settings: '/settings',
      deliveries: `/webhooks/${endpoint.id}`,
    },
  }
}

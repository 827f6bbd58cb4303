import { expect, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { checkWebhooks } from './check-webhooks.ts'
import type { Facts, HubDelivery, HubEndpoint, TikTokDelivery } from './facts.ts'

const base: Facts = {
  now: 0,
  config: readConfig({}, '/'),
  cwd: '/',
  logins: [],
  dates: [],
  requests: [],
  deliveries: [],
  hub: undefined,
}
const endpoint: HubEndpoint = {
  id: 'whk_1',
  url: 'https://app.example.com/hooks?key=topSecret9',
  status: 'enabled',
  disabled_reason: null,
  failing_since: null,
}
const dead: HubDelivery = { id: 'dlv_1', endpoint_id: 'whk_1' }
const withHub = (change: Partial<HubEndpoint>, letters: HubDelivery[] = []) =>
  checkWebhooks({
    ...base,
    hub: {
      origin: 'x',
      accounts: [],
      limits: [],
      posts: [],
      endpoints: [{ ...endpoint, ...change }],
      dead: letters,
    },
  })

test('endpoints of the hub: well, switched off by you, failing, given up, gone, with dead letters', () => {
  expect(withHub({})).toEqual([])
  expect(withHub({ status: 'disabled', disabled_reason: 'by_you' }, [dead])).toEqual([])
  expect(withHub({}, [{ ...dead, endpoint_id: 'whk_other' }])).toEqual([])
  const since = '2026-11-27T00:00:00.000Z'
  const levels = (change: Partial<HubEndpoint>, letters?: HubDelivery[]) =>
    withHub(change, letters).map(({ rule, level }) => `${level} ${rule}`)
  expect(levels({ failing_since: since })).toEqual(['warning webhooks-failing'])
  expect(levels({}, [dead])).toEqual(['warning webhooks-failing'])
  expect(levels({ status: 'disabled', disabled_reason: 'gone' })).toEqual(['error webhooks-failing'])
  const [found] = withHub({ status: 'disabled', disabled_reason: 'failing', failing_since: since }, [dead])
  expect(found).toMatchObject({ level: 'error', where: 'whk_1' })
  expect(found?.evidence).toContain('1 dead letters')
  // An address may hold a key of the receiver's.
  expect(JSON.stringify(found)).not.toContain('topSecret9')
})

const sent = (state: TikTokDelivery['state'], ...statuses: number[]): TikTokDelivery => ({
  url: 'http://127.0.0.1:3000/hooks',
  state,
  attempts: statuses.map((status) => ({ status })),
})

test('TikTok’s own: failing now, not once and not before it was mended', () => {
  const found = (...deliveries: TikTokDelivery[]) => checkWebhooks({ ...base, deliveries })
  expect(found(sent('delivered', 200))).toEqual([])
  expect(found(sent('pending', 500))).toEqual([])
  expect(found(sent('dropped', 500, 500, 500), sent('delivered', 200))).toEqual([])
  const [ill] = found(sent('delivered', 200), sent('pending', 500, 502), sent('pending', 401))
  expect(ill).toMatchObject({ rule: 'webhooks-failing', level: 'error' })
  expect(ill?.evidence).toBe('3 tries of 2 events failed; last: HTTP 401')
  expect(found(sent('dropped', 500))).toHaveLength(1)
})

test('the address that setup was told of', () => {
  const receiver = { address: 'https://app.example.com/tiktok', ok: false, what: 'answers HTTP 404' }
  expect(checkWebhooks({ ...base, receiver })).toMatchObject([{ where: receiver.address }])
  expect(checkWebhooks({ ...base, receiver: { ...receiver, ok: true } })).toEqual([])
})

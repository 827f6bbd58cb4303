/** Webhooks that do not get through: those of the hub to the product, and TikTok's to the app. */
import type { Diagnosis } from './diagnosis.ts'
import type { Facts, TikTokDelivery } from './facts.ts'

const WEBHOOKS = 'https://developers.tiktok.com/doc/webhooks-overview'
/** One failure may be a restart of the receiver. */
const TIMES = 3

export function checkWebhooks(facts: Facts): Diagnosis[] {
  return [...checkHubEndpoints(facts), ...checkTikTokDeliveries(facts), ...checkReceiver(facts)]
}

function checkHubEndpoints({ hub }: Facts): Diagnosis[] {
  return (hub?.endpoints ?? []).flatMap((endpoint): Diagnosis[] => {
    const { id, url, status, disabled_reason, failing_since } = endpoint
    const dead = hub?.dead.filter(({ endpoint_id }) => endpoint_id === id) ?? []
    const host = URL.canParse(url) ? new URL(url).host : url
    const lost = dead.length === 0 ? '' : `; ${dead.length} dead letters`
    if (status === 'disabled' && disabled_reason !== 'by_you')
      return [
        {
          rule: 'webhooks-failing',
          level: 'error',
          what: `The hub has stopped telling ${host} of events.`,
          evidence:
            disabled_reason === 'gone'
              ? `it answered HTTP 410, which asks not to be told any more${lost}`
              : `nothing got through for three days${failing_since === null ? '' : `, since ${failing_since}`}${lost}`,
          why: 'The product does not hear of published and failed posts, nor of accounts that must be connected again.',
          fix: `Mend the receiver, enable it with PATCH /v1/webhook-endpoints/${id}, then POST …/replay for what it missed.`,
          link: 'docs/hub.md',
          where: id,
        },
      ]
    if (status === 'enabled' && failing_since !== null)
      return [
        {
          rule: 'webhooks-failing',
          level: 'warning',
          what: `Events do not reach ${host}.`,
          evidence: `no delivery has got through since ${failing_since}${lost}`,
          why: 'After three days without success the hub disables the endpoint.',
          fix: `Look at the answers in GET /v1/webhook-deliveries?endpoint_id=${id}: only a 2xx within 15 seconds counts.`,
          link: 'docs/hub.md',
          where: id,
        },
      ]
    if (status === 'enabled' && dead.length > 0)
      return [
        {
          rule: 'webhooks-failing',
          level: 'warning',
          what: `${host} has missed ${dead.length} events.`,
          evidence: `${dead.length} deliveries were given up, such as ${dead[0]?.id}`,
          why: 'They are kept for 30 days and sent again by nobody but you.',
          fix: `Replay them: POST /v1/webhook-endpoints/${id}/replay`,
          link: 'docs/hub.md',
          where: id,
        },
      ]
    return []
  })
}

/** As the emulator saw them; the real TikTok tells nobody how its deliveries went. */
function checkTikTokDeliveries({ deliveries }: Facts): Diagnosis[] {
  const byAddress = new Map<string, TikTokDelivery[]>()
  for (const each of deliveries) byAddress.set(each.url, [...(byAddress.get(each.url) ?? []), each])
  return [...byAddress].flatMap(([url, all]): Diagnosis[] => {
    // What fails now counts; a receiver that has been mended since is well.
    const failing = all.slice(all.findLastIndex(({ state }) => state === 'delivered') + 1)
    const tries = failing.flatMap(({ attempts }) => attempts)
    if (tries.length < TIMES && !failing.some(({ state }) => state === 'dropped')) return []
    const last = tries.at(-1)
    const dropped = failing.filter(({ state }) => state === 'dropped').length
    return [
      {
        rule: 'webhooks-failing',
        level: 'error',
        what: `TikTok's webhooks do not get through to ${url}.`,
        evidence: `${tries.length} tries of ${failing.length} events failed${dropped === 0 ? '' : `, ${dropped} were dropped for good`}; last: ${last?.status === undefined ? (last?.error ?? 'no answer') : `HTTP ${last.status}`}`,
        why: 'What is dropped is not sent again: revoked grants and finished posts go unnoticed.',
        fix: 'Answer 200 at once and work afterwards; verify the signature over the raw bytes; see `tockwork webhooks list`.',
        link: WEBHOOKS,
        where: url,
      },
    ]
  })
}

/** The address that was told to `setup`, tried as setup tries it. */
function checkReceiver({ receiver }: Facts): Diagnosis[] {
  if (receiver === undefined || receiver.ok) return []
  return [
    {
      rule: 'webhooks-failing',
      level: 'error',
      what: 'The address for TikTok’s webhooks does not take them as it should.',
      evidence: receiver.what,
      why: 'TikTok repeats for 72 hours and then drops an event; whoever takes unsigned events takes anybody’s.',
      fix: 'Let the address take POST over https without a redirect, and refuse what is not signed with 401.',
      link: WEBHOOKS,
      where: receiver.address,
    },
  ]
}

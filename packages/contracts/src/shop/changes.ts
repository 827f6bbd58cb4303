/** What TikTok Shop began, changed and ended, in the form of the other changes: made from its operations and attributes. */
import type { Change } from '../knowledge/change-feed.ts'
import { changesSince } from '../knowledge/change-feed.ts'
import type { LifecycleEvent } from '../knowledge/lifecycle.ts'
import { mandatoryAttributes } from './mandatory-attributes.ts'
import type { ShopOperation } from './operation.ts'
import { shopOperations } from './operations.ts'
import { shopRules } from './rules.ts'

const SOURCE = 'partner.tiktokshop.com/docv2 (changelog)'

/** What is no operation's or category's own. */
const gateway: readonly LifecycleEvent[] = [
  {
    id: 'shop-first-version-end',
    date: shopRules.firstVersionRetired,
    kind: 'ends',
    what: 'The first version of TikTok Shop’s API, every path under /api/ but those for tokens.',
    action: 'Call the operation that took its place, whose path names a version.',
    affects: ['https://open-api.tiktokglobalshop.com/api/'],
    source: SOURCE,
    provenance: 'documented',
  },
  {
    id: 'shop-inactive-sellers',
    date: '2026-05-22',
    kind: 'changes',
    what: 'Calls for a shop that is deactivated or closing are refused by the gateway.',
    action: 'Stop calling for a shop that is no longer active, and tell its seller.',
    source: SOURCE,
    provenance: 'documented',
  },
  {
    id: 'shop-sandbox-rate',
    date: '2026-06-15',
    kind: 'changes',
    what: `A sandbox is held to ${shopRules.sandboxCallsPerHour} calls an hour.`,
    action: 'Measure elsewhere, and spread tests out.',
    source: SOURCE,
    provenance: 'documented',
  },
  {
    id: 'shop-https-only',
    date: shopRules.httpsOnlySince,
    kind: 'ends',
    what: 'Plain http to TikTok Shop’s hosts.',
    action: 'Write https.',
    affects: ['http://open-api.tiktokglobalshop.com/', 'http://auth.tiktok-shops.com/'],
    source: SOURCE,
    provenance: 'documented',
  },
]

/** Operations that end or are deprecated on one day in one domain are one announcement. */
function fromOperations(): LifecycleEvent[] {
  const groups = new Map<string, ShopOperation[]>()
  for (const operation of shopOperations()) {
    const { deprecated, retired } = operation.lifecycle
    if (deprecated === undefined && retired === undefined) continue
    const key = `${retired === undefined ? 'deprecated' : 'ends'} ${retired ?? deprecated} ${operation.domain}`
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return [...groups].map(([key, operations]): LifecycleEvent => {
    const [kind = '', day = '', domain = ''] = key.split(' ')
    const doubtful = operations.some(({ lifecycle }) => lifecycle.unconfirmed === true)
    const successors = operations.flatMap(({ name, lifecycle }) =>
      lifecycle.successor === undefined ? [] : [`${name} ${lifecycle.successor}`],
    )
    const ends = kind === 'ends'
    return {
      id: `shop-${domain}-${ends ? 'end' : 'deprecated'}-${day}`,
      // The day of a deprecation is the day that it was said; when the operations end is not.
      ...(ends ? { date: day } : day === 'unknown' ? {} : { announced: day }),
      kind: ends ? 'ends' : 'announced',
      what: `${operations.length === 1 ? `${operations[0]?.name} of ${domain}` : `${operations.length} operations of ${domain}`}${ends ? '' : ' will end'}${doubtful ? ', as a group that was announced without their names' : ''}.`,
      action:
        successors.length === 0
          ? 'Look for what took their place: tockwork call --list --api shop'
          : `Call the newer versions: ${successors.join(', ')}.`,
      endpoints: operations.map(({ id }) => id),
      source: SOURCE,
      provenance: doubtful ? 'assumed' : 'documented',
    }
  })
}

const LISTING = /^shop\.product\.(?:Create|Edit|PartialEdit)Product\./

function fromAttributes(): LifecycleEvent[] {
  const endpoints = shopOperations().flatMap(({ id }) => (LISTING.test(id) ? [id] : []))
  return mandatoryAttributes.map(
    ({ since, markets, categories, attributes, certification }): LifecycleEvent => {
      const names = attributes.map(
        ({ id, name, when }) =>
          `${name}${id === undefined ? '' : ` (${id})`}${when === undefined ? '' : ` where ${when.name} is ${when.value}`}`,
      )
      const wanted = [...names, ...(certification === undefined ? [] : [certification])].join(', ')
      return {
        id: `shop-mandatory-${markets.join('-')}-${categories[0]}`.toLowerCase(),
        date: since,
        kind: 'begins',
        what: `${markets.join(', ')}: listings in ${categories.length === 1 ? 'category' : 'categories'} ${categories.join(', ')} are refused without ${wanted}.`,
        action: 'Add it to the listings that are there, and to what creates new ones.',
        affects: categories.map((category) => `category ${category}`),
        endpoints,
        source: SOURCE,
        provenance: 'documented',
      }
    },
  )
}

let events: readonly LifecycleEvent[] | undefined

/** Every event of TikTok Shop's. */
export function shopLifecycle(): readonly LifecycleEvent[] {
  events ??= [...gateway, ...fromOperations(), ...fromAttributes()]
  return events
}

/** As `changesSince` of `knowledge`, of TikTok Shop. @param since ISO day; everything without it. */
export function shopChangesSince(since?: string): Change[] {
  return changesSince(since, shopLifecycle())
}

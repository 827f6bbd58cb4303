/** Faults of TikTok Shop: attributes that listings lack, operations that have ended or will, authorizations that end. */
import {
  ENDING_DAYS,
  type MandatoryAttributes,
  mandatoryAttributes,
  type ShopOperation,
  shopAge,
  shopRules,
} from '@tockwork/contracts/shop'
import { lookUpShopError } from '@tockwork/contracts/shop/errors'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { FIRST_VERSION } from '../code/shop-usage.ts'
import type { Diagnosis, Level } from './diagnosis.ts'
import type { Facts } from './facts.ts'
import type { Listing } from './shop-facts.ts'

/** Its pages about changes, authorization and errors have addresses that are not stable. */
const SHOP_DOCS = 'https://partner.tiktokshop.com/docv2'
const DAY_MS = 86_400_000
/** TikTok announces the end of an authorization by webhook 7 in its last 30 days. */
const ENDS_SOON_MS = 30 * DAY_MS
const MOST_NAMED = 3

export function checkShop(facts: Facts): Diagnosis[] {
  return [
    ...checkListings(facts),
    ...checkCategoriesInCode(facts),
    ...checkOperations(facts),
    ...checkGrants(facts),
    ...checkToken(facts),
  ]
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** What the listing has to say and does not, of one rule. */
function lacking(rule: MandatoryAttributes, { attributes, certifications }: Listing): string[] {
  const valuesOf = (name: string): string[] | undefined =>
    attributes.find((each) => each.id === name || each.name === name)?.values
  const missing = rule.attributes
    .filter(({ when }) => when === undefined || valuesOf(when.name)?.includes(when.value) === true)
    .filter(({ id, name }) => (valuesOf(id ?? name) ?? valuesOf(name) ?? []).length === 0)
    .map(({ id, name }) => (id === undefined ? name : `${name} (${id})`))
  return rule.certification === undefined || certifications.includes(rule.certification)
    ? missing
    : [...missing, rule.certification]
}

const WHY_MANDATORY =
  'Creating a listing in the category, and editing one that is there, is refused without it from that day on.'

function checkListings({ shop, now }: Facts): Diagnosis[] {
  const horizon = dayOf(now + ENDING_DAYS * DAY_MS)
  return mandatoryAttributes.flatMap((rule): Diagnosis[] => {
    if (rule.since > horizon) return []
    const ill = (shop?.listings ?? [])
      .filter(
        ({ market, categories }) =>
          rule.markets.includes(market) && rule.categories.some((each) => categories.includes(each)),
      )
      .map((listing) => ({ listing, missing: lacking(rule, listing) }))
      .filter(({ missing }) => missing.length > 0)
    const [first] = ill
    if (first === undefined) return []
    const due = rule.since <= dayOf(now)
    return [
      {
        rule: 'mandatory-attribute',
        level: due ? 'error' : 'warning',
        what: `${ill.length === 1 ? 'A listing lacks' : `${ill.length} listings lack`} what ${rule.markets.join(', ')} ${due ? 'demands' : 'will demand'} of ${ill.length === 1 ? 'its' : 'their'} category since ${rule.since}: ${first.missing.join(', ')}.`,
        evidence: ill
          .slice(0, MOST_NAMED)
          .map(({ listing }) => `${listing.id} (${listing.title}, ${listing.shop})`)
          .join('; '),
        why: WHY_MANDATORY,
        fix: `Add ${first.missing.join(' and ')} with PartialEditProduct${due ? '' : ` before ${rule.since}`}.`,
        link: SHOP_DOCS,
        where: first.listing.id,
      },
    ]
  })
}

/** Code that lists in a category by its id, and names none of the attributes that the category demands. */
function checkCategoriesInCode({ code, now }: Facts): Diagnosis[] {
  if (code === undefined) return []
  const writes = [...code.shopCalls].find(([id]) => /\.(?:Create|Edit|PartialEdit)\w*Product\./.test(id))
  if (writes === undefined) return []
  const horizon = dayOf(now + ENDING_DAYS * DAY_MS)
  return mandatoryAttributes.flatMap((rule): Diagnosis[] => {
    const category = rule.categories.find((each) => code.shopWords.has(each))
    // A certification is a file whose name code need not say.
    const wanted = rule.attributes.filter(({ when }) => when === undefined)
    const missing = wanted.filter(
      ({ id, name }) => !code.shopWords.has(name) && (id === undefined || !code.shopWords.has(id)),
    )
    const [place] = code.shopWords.get(category ?? '') ?? []
    if (place === undefined || missing.length === 0 || rule.since > horizon) return []
    const names = missing.map(({ id, name }) => (id === undefined ? name : `${name} (${id})`)).join(', ')
    const where = `${place.file}:${place.line}`
    return [
      {
        rule: 'mandatory-attribute',
        level: 'warning',
        what: `The code lists in category ${category} and never says ${names}, which ${rule.markets.join(', ')} demands since ${rule.since}.`,
        evidence: `category at ${where}; ${writes[0]} is called`,
        why: WHY_MANDATORY,
        fix: `Send ${names} in product_attributes for shops in ${rule.markets.join(', ')}.`,
        link: SHOP_DOCS,
        where,
      },
    ]
  })
}

interface Use {
  operation: ShopOperation
  evidence: string
  where: string
}

function checkOperations({ requests, code, now }: Facts): Diagnosis[] {
  const byId = new Map(shopOperations().map((each) => [each.id, each]))
  const uses: Use[] = []
  const seen = new Map<string, number>()
  for (const { endpoint } of requests)
    if (endpoint?.startsWith('shop.')) seen.set(endpoint, (seen.get(endpoint) ?? 0) + 1)
  for (const [id, times] of seen) {
    const operation = byId.get(id)
    if (operation !== undefined) uses.push({ operation, evidence: `called ${times} times`, where: id })
  }
  const found: Diagnosis[] = []
  for (const [id, [place]] of code?.shopCalls ?? []) {
    if (place === undefined) continue
    const where = `${place.file}:${place.line}`
    const operation = byId.get(id)
    if (operation !== undefined) uses.push({ operation, evidence: where, where })
    else if (id === FIRST_VERSION)
      found.push({
        rule: 'retired-endpoint',
        level: 'error',
        what: `The code calls the first version of TikTok Shop's API, which ended on ${shopRules.firstVersionRetired}.`,
        evidence: where,
        why: 'TikTok does not answer there any more.',
        fix: 'Look for the successor, whose path names a version: tockwork call --list --api shop',
        link: SHOP_DOCS,
        where,
      })
  }
  // A path in code says no verb: where one operation at it goes on, that may be the one.
  const paths = new Map<string, Use[]>()
  for (const use of uses) {
    const key = `${use.where} ${use.operation.path}`
    paths.set(key, [...(paths.get(key) ?? []), use])
  }
  for (const group of paths.values()) {
    const ages = group.map((use) => ({ use, age: shopAge(use.operation, now) }))
    if (ages.some(({ age }) => age.state === 'current')) continue
    for (const { use, age } of ages.slice(0, 1)) found.push(ofAge(use, age))
  }
  return found
}

function ofAge({ operation, evidence, where }: Use, age: ReturnType<typeof shopAge>): Diagnosis {
  const { id, lifecycle, domain } = operation
  const said: Record<Exclude<typeof age.state, 'current'>, [Level, string]> = {
    retired: ['error', `ended on ${'on' in age ? age.on : ''}`],
    ending: ['warning', `ends on ${'on' in age ? age.on : ''}`],
    doubtful: ['note', `may have ended on ${'on' in age ? age.on : ''}: the announcement names its group`],
    deprecated: [
      'note',
      `is deprecated${'since' in age && age.since !== 'unknown' ? ` since ${age.since}` : ''}, and will end`,
    ],
  }
  const [level, what] = said[age.state as keyof typeof said]
  return {
    rule: 'retired-endpoint',
    level,
    what: `${id} ${what}.`,
    evidence,
    why: 'TikTok refuses an operation that has ended: 36009009 or 36009014.',
    fix:
      lifecycle.successor === undefined
        ? `Look for what took its place: tockwork call --list --api shop (${domain})`
        : `Call version ${lifecycle.successor} of it.`,
    link: SHOP_DOCS,
    where,
  }
}

function checkGrants({ shopGrants = [] }: Facts): Diagnosis[] {
  return shopGrants
    .filter(({ endsAt, now }) => endsAt - now <= ENDS_SOON_MS)
    .map(({ seller, app, endsAt, now }) => {
      const over = endsAt <= now
      return {
        rule: 'shop-authorization-ending',
        level: over ? 'error' : 'warning',
        what: `The authorization of the seller ${seller} ${over ? 'has ended' : `ends in ${Math.floor((endsAt - now) / DAY_MS)} days`}.`,
        evidence: `given to ${app} until ${dayOf(endsAt)}`,
        why: 'A seller authorizes for a year at most, refreshing does not move that day, and then every call is refused (105001).',
        fix: 'Send the seller through the consent page again; webhook 7 (upcoming_authorization_expiration) says when.',
        link: SHOP_DOCS,
        where: seller,
      }
    })
}

function checkToken({ shop }: Facts): Diagnosis[] {
  if (shop?.refused === undefined) return []
  const { code, said } = shop.refused
  const known = lookUpShopError(code)
  return [
    {
      rule: 'shop-unreadable',
      level: 'error',
      what: 'The shops of TIKTOK_SHOP_ACCESS_TOKEN cannot be read.',
      evidence: `${code}: ${said}`,
      why: known?.meaning ?? 'No call of this app reaches the shop, and its listings could not be looked at.',
      fix: known?.action ?? 'Check TIKTOK_SHOP_APP_KEY, TIKTOK_SHOP_APP_SECRET and TIKTOK_SHOP_ACCESS_TOKEN.',
      link: SHOP_DOCS,
      where: 'TIKTOK_SHOP_ACCESS_TOKEN',
    },
  ]
}

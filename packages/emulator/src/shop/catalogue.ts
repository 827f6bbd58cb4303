/** Categories, their attributes, and which of them a market demands since when. */
import { mandatoryAttributes } from '@tockwork/contracts/shop'

export interface Category {
  id: string
  parent: string
  name: string
  leaf: boolean
  restricted?: boolean
}

const c = (id: string, parent: string, name: string, leaf = true): Category => ({ id, parent, name, leaf })

/** Ids of supplements, chairs, rice, hair dryers, power banks and appliances are TikTok's own; the others are made up. */
export const categories: readonly Category[] = [
  c('600001', '0', 'Home Supplies', false),
  c('600024', '600001', 'Home Organizers', false),
  c('600028', '600024', 'Storage Boxes'),
  c('600032', '600024', 'Hooks'),
  c('600154', '600001', 'Candles'),
  c('600942', '0', 'Household Appliances', false),
  c('601116', '600942', 'Vacuum Cleaners'),
  c('851080', '600942', 'Kettles'),
  c('934152', '600942', 'Blenders'),
  c('874376', '600942', 'Hair Dryers'),
  c('601152', '0', 'Womenswear & Underwear', false),
  c('601195', '601152', 'Dresses'),
  c('601226', '601152', 'T-shirts'),
  c('604206', '0', 'Furniture', false),
  c('876040', '604206', 'Chairs'),
  c('877704', '604206', 'Outdoor Chairs'),
  c('879624', '604206', 'Chair Parts'),
  c('601450', '0', 'Beauty & Personal Care', false),
  c('601534', '601450', 'Face Serums'),
  c('700437', '0', 'Food & Beverages', false),
  c('917896', '700437', 'Rice'),
  c('700452', '700437', 'Coffee'),
  c('700645', '0', 'Health', false),
  c('700648', '700645', 'Beauty Supplements'),
  c('700649', '700645', 'Fitness Supplements'),
  c('700650', '700645', 'Vitamins, Minerals & Wellness'),
  c('2160400', '700645', 'Herbal Supplements'),
  c('909456', '0', 'Phones & Electronics', false),
  c('910728', '909456', 'Power Banks'),
  c('910856', '909456', 'Phone Cases'),
  { ...c('950210', '909456', 'Drones'), restricted: true },
]

const byId = new Map(categories.map((each) => [each.id, each]))

export function category(id: string): Category | undefined {
  return byId.get(id)
}

/** From the root to the category itself. */
export function categoryChain(id: string): Category[] {
  const chain: Category[] = []
  for (let at = byId.get(id); at !== undefined; at = byId.get(at.parent)) chain.unshift(at)
  return chain
}

export interface Attribute {
  id: string
  name: string
  kind: 'SALES_PROPERTY' | 'PRODUCT_PROPERTY'
  values: readonly { id: string; name: string }[]
  custom: boolean
  multiple: boolean
}

const values = (base: number, ...names: string[]): { id: string; name: string }[] =>
  names.map((name, at) => ({ id: String(base + at), name }))

const attributes: readonly Attribute[] = [
  { id: '100000', name: 'Color', kind: 'SALES_PROPERTY', values: [], custom: true, multiple: false },
  {
    id: '100007',
    name: 'Size',
    kind: 'SALES_PROPERTY',
    values: values(1000070, 'S', 'M', 'L', 'XL'),
    custom: true,
    multiple: false,
  },
  {
    id: '100701',
    name: 'Material',
    kind: 'PRODUCT_PROPERTY',
    values: values(1000701, 'Plastic', 'Wood', 'Metal', 'Cotton', 'Glass'),
    custom: true,
    multiple: true,
  },
  {
    id: '100292',
    name: 'Corded/Cordless',
    kind: 'PRODUCT_PROPERTY',
    values: values(1002920, 'Corded', 'Cordless'),
    custom: false,
    multiple: false,
  },
  { id: '101073', name: 'PS/ICC No.', kind: 'PRODUCT_PROPERTY', values: [], custom: true, multiple: false },
  {
    id: '101087',
    name: 'NPRA Registered',
    kind: 'PRODUCT_PROPERTY',
    values: values(1010870, 'Yes', 'No'),
    custom: false,
    multiple: false,
  },
  { id: '101088', name: 'MAL No.', kind: 'PRODUCT_PROPERTY', values: [], custom: true, multiple: false },
  {
    id: '103636',
    name: 'TIS License URL',
    kind: 'PRODUCT_PROPERTY',
    values: [],
    custom: true,
    multiple: false,
  },
  {
    id: '103637',
    name: 'TIS License No.',
    kind: 'PRODUCT_PROPERTY',
    values: [],
    custom: true,
    multiple: false,
  },
]

export const certifications = [
  { id: '7182427', name: 'TIS mark on label' },
  { id: '7182428', name: 'FDA food registration number on product label' },
] as const

interface Rule {
  /** `YYYY-MM-DD`, UTC. */
  since: string
  region: string
  categories: readonly string[]
  attribute?: string
  /** Only where another attribute has this value. */
  when?: { attribute: string; value: string }
  certification?: string
}

/** The changelog's rules with the ids that this catalogue gives to what is only named there. */
const rules: readonly Rule[] = mandatoryAttributes.flatMap(
  ({ since, markets, categories: of, attributes: wanted, certification }) =>
    markets.flatMap((region): Rule[] => [
      ...wanted.map(({ id, name, when }) => ({
        ...{ since, region, categories: of, attribute: id ?? named(attributes, name).id },
        ...(when === undefined ? {} : { when: conditionOf(when) }),
      })),
      ...(certification === undefined
        ? []
        : [{ since, region, categories: of, certification: named(certifications, certification).id }]),
    ]),
)

function conditionOf({ name, value }: { name: string; value: string }): { attribute: string; value: string } {
  const attribute = named(attributes, name)
  return { attribute: attribute.id, value: named(attribute.values, value).id }
}

function named<T extends { name: string }>(things: readonly T[], name: string): T {
  const found = things.find((each) => each.name === name)
  if (found === undefined) throw new Error(`The catalogue has no "${name}", which a market demands`)
  return found
}

const EU = ['DE', 'ES', 'FR', 'IE', 'IT']
/** Of these categories a product in the EU names who answers for it, since this day. */
const RESPONSIBLE_SINCE = '2026-02-28'
const RESPONSIBLE = ['601534', '910728', '874376', '851080', '934152', '601116']

/** Rules of a category in a market that hold on a day. @param now epoch seconds */
export function rulesFor(categoryId: string, region: string, now: number): readonly Rule[] {
  const today = new Date(now * 1000).toISOString().slice(0, 10)
  return rules.filter((rule) => rule.region === region && rule.since <= today && appliesTo(rule, categoryId))
}

/** A rule of a category holds for those below it. */
function appliesTo(rule: Rule, categoryId: string): boolean {
  return categoryChain(categoryId).some(({ id }) => rule.categories.includes(id))
}

export function needsResponsiblePerson(categoryId: string, region: string, now: number): boolean {
  const today = new Date(now * 1000).toISOString().slice(0, 10)
  return EU.includes(region) && today >= RESPONSIBLE_SINCE && RESPONSIBLE.includes(categoryId)
}

const CLOTHES = ['601195', '601226']

export function hasSizeChart(categoryId: string): boolean {
  return CLOTHES.includes(categoryId)
}

/** What can be said of a product of this category: the two of variations always, the others where they make sense. */
export function attributesOf(categoryId: string): readonly Attribute[] {
  const named = new Set(['100000', '100007', '100701'])
  for (const rule of rules)
    if (rule.attribute !== undefined && appliesTo(rule, categoryId)) named.add(rule.attribute)
  return attributes.filter(({ id }) => named.has(id))
}

export function attribute(id: string): Attribute | undefined {
  return attributes.find((each) => each.id === id)
}

/** The leaf whose name shares most words with a title. */
export function recommendCategory(title: string): Category {
  const words = title.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  const leaves = categories.filter(({ leaf }) => leaf)
  const score = ({ name }: Category): number =>
    name
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => words.some((each) => each !== '' && word.startsWith(each.slice(0, -1) || each)))
      .length
  return leaves.reduce((best, each) => (score(each) > score(best) ? each : best), leaves[0] as Category)
}

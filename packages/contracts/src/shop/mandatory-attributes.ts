/**
 * What a listing must say since a day, by market and category: creating or editing without it is refused from then on.
 * Source: TikTok Shop's changelog of 2026. What names no single categories there, or no attributes, is not listed.
 */
export interface MandatoryAttributes {
  /** Day (`YYYY-MM-DD`) since which it is refused. */
  since: string
  /** Country codes. */
  markets: readonly string[]
  /** Ids of categories; those below them count too. */
  categories: readonly string[]
  /** Ids of attributes that always have to be there. Where the changelog names one without an id, only its name. */
  attributes: readonly { id?: string; name: string; when?: { name: string; value: string } }[]
  /** A document that has to be there. */
  certification?: string
}

export const mandatoryAttributes: readonly MandatoryAttributes[] = [
  {
    since: '2026-07-09',
    markets: ['MY'],
    categories: ['700648', '700649', '700650', '2160400'],
    attributes: [
      { name: 'NPRA Registered' },
      { id: '101088', name: 'MAL No.', when: { name: 'NPRA Registered', value: 'Yes' } },
    ],
  },
  {
    since: '2026-07-31',
    markets: ['TH'],
    categories: ['917896'],
    attributes: [],
    certification: 'FDA food registration number on product label',
  },
  {
    since: '2026-08-01',
    markets: ['MY'],
    categories: ['851080', '934152', '601116'],
    attributes: [{ id: '100292', name: 'Corded/Cordless' }],
  },
  {
    since: '2026-08-04',
    markets: ['PH'],
    categories: ['876040', '877704', '879624'],
    attributes: [
      { id: '100701', name: 'Material' },
      { id: '101073', name: 'PS/ICC No.', when: { name: 'Material', value: 'Plastic' } },
    ],
  },
  {
    since: '2026-08-05',
    markets: ['TH'],
    categories: ['874376', '910728'],
    attributes: [
      { id: '103637', name: 'TIS License No.' },
      { id: '103636', name: 'TIS License URL' },
    ],
    certification: 'TIS mark on label',
  },
]

/**
 * What holds for a listing on a day. @param categories from the root to the category itself
 * @param day `YYYY-MM-DD`
 */
export function mandatoryFor(
  market: string,
  categories: readonly string[],
  day: string,
): MandatoryAttributes[] {
  return mandatoryAttributes.filter(
    (each) =>
      each.since <= day &&
      each.markets.includes(market) &&
      each.categories.some((category) => categories.includes(category)),
  )
}

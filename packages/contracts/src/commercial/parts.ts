import * as z from 'zod/mini'
import { page, pageSize, base as researchBase } from '../research/parts.ts'
import { int64 } from '../schema.ts'

export { page, pageSize }

/** As Research, by another approval. No quota is documented; clients meet both kinds of 429. */
export const base = { ...researchBase, scopes: ['research.adlib.basic'] } as const

/** `YYYYMMDD`: text by the tables, a number in samples. */
const day = () =>
  z.codec(
    z.union([z.string(), z.number(), z.bigint()]),
    z.string().check(z.regex(/^\d{8}$/, 'a day as YYYYMMDD')),
    { decode: (wire) => String(wire), encode: (ours) => ours },
  )

/** Days from `min` to `max`; `min` after 2022-10-01. */
export const dayRange = () =>
  z.looseObject({ min: day(), max: day() }).check(
    z.refine(({ min }) => min > '20221001', { message: 'must be after 20221001', path: ['min'] }),
    z.refine(({ min, max }) => max >= min, { message: 'must not be before min', path: ['max'] }),
  )

/** A bool by type; the samples write it as text. */
export const flag = () =>
  z.codec(z.union([z.boolean(), z.enum(['true', 'false'])]), z.boolean(), {
    decode: (wire) => wire === true || wire === 'true',
    encode: (ours) => ours,
  })

/** Opaque, and may differ on every page. There is no cursor: a change of filters or of the term needs a new one. */
export const searchId = () => z.optional(z.nullable(z.string()))

export const searchTerm = () => z.string().check(z.minLength(1), z.maxLength(50, 'at most 50 characters'))

export const businessIds = () => z.optional(z.array(int64()))

/** EU, EEA, the United Kingdom and Switzerland. Source: commercial-content-api-supported-countries. */
export const commercialCountries = [
  'AT',
  'BE',
  'BG',
  'HR',
  'CY',
  'CZ',
  'DK',
  'EE',
  'FI',
  'FR',
  'DE',
  'GR',
  'HU',
  'IE',
  'IT',
  'LV',
  'LT',
  'LU',
  'MT',
  'NL',
  'PL',
  'PT',
  'RO',
  'SK',
  'SI',
  'ES',
  'SE',
  'NO',
  'IS',
  'LI',
  'GB',
  'CH',
] as const
/** Content with a commercial label that is not an ad is not offered for GB and CH. */
export const contentCountries = commercialCountries.filter((code) => code !== 'GB' && code !== 'CH')

export const country = (codes: readonly string[] = commercialCountries) =>
  z.optional(
    z
      .string()
      .check(z.refine((code) => code === 'ALL' || codes.includes(code), 'ALL or a country that is covered')),
  )

/**
 * Building blocks for schemas: each reads TikTok's wire form and gives ours, and back.
 *
 * Where a wire form may be read in several shapes, the documented one stands first in the union: that is what is
 * written, and what the OpenAPI documents show.
 */
import { parseJson, stringifyJson } from '@tockwork/kernel'
import * as z from 'zod/mini'

const INTEGER = /^-?\d{1,20}$/

/**
 * A 64-bit integer: a JSON number on the wire, a decimal string on our side. Reads numbers, `bigint` (from
 * `parseJson`) and strings; writes a `bigint`, which `stringifyJson` puts down as a number.
 */
export const int64 = () =>
  z.codec(
    z.union([
      z.bigint(),
      z.number().check(z.refine(Number.isSafeInteger, 'expected a whole number')),
      z.string().check(z.regex(INTEGER)),
    ]),
    z.string().check(z.regex(INTEGER, 'expected a whole number as a decimal string')),
    { decode: (wire) => String(wire), encode: (ours) => BigInt(ours) },
  )

/** A count or a time that fits a JavaScript number, read also from a numeric string. */
export const count = () =>
  z.codec(
    z.union([
      z.number().check(z.refine(Number.isInteger, 'expected a whole number')),
      z.bigint(),
      z.string().check(z.regex(INTEGER, 'expected a whole number')),
    ]),
    z.number(),
    { decode: (wire) => Number(wire), encode: (ours) => ours },
  )

/** An enumeration in an answer: known values are suggested, new ones survive. */
export const openEnum = <const T extends readonly string[]>(values: T) =>
  // The cast keeps the known values in the type, where `string` would swallow them.
  z.union([z.enum(values), z.string()], {
    error: `expected a string such as ${values.join(', ')}`,
  }) as unknown as z.ZodMiniType<OpenEnum<T[number]>, OpenEnum<T[number]>>

type OpenEnum<T> = T | (string & Record<never, never>)

/** A comma-separated list in a query or form. Blanks after commas are tolerated, as TikTok does. */
export const commaList = () =>
  z.codec(z.string(), z.array(z.string()), {
    decode: (wire) =>
      wire
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    encode: (ours) => ours.join(','),
  })

/** A comma-separated list of known names, such as `fields`; the message names the one that is unknown. */
export const fieldList = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.codec(z.string(), z.array(z.enum(names)), {
    decode: (wire) =>
      wire
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '') as T[number][],
    encode: (ours) => ours.join(','),
  })

/** Text of at most `max` UTF-16 code units, which TikTok calls runes: JavaScript's `string.length`. */
export const text = (max: number) => {
  const message = `at most ${max} UTF-16 code units`
  // zod's own length counts code points, as JSON Schema does: an emoji is one there and two for TikTok.
  return z.string().check(
    z.maxLength(max, message),
    z.refine((value) => value.length <= max, message),
  )
}

/** A list or object inside a query, written as JSON text: how TikTok API for Business takes them. */
export const jsonText = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.codec(z.string(), z.unknown(), {
      decode: (wire, { issues }) => {
        try {
          return parseJson(wire)
        } catch {
          issues.push({ code: 'custom', input: wire, message: 'expected JSON text' })
          return z.NEVER
        }
      },
      encode: (ours) => stringifyJson(ours),
    }),
    schema,
  )

/** An id that is text on the wire; read from a bare number as well. */
export const idText = () =>
  z.codec(z.union([z.string(), z.bigint(), z.number()]), z.string(), {
    decode: (wire) => String(wire),
    encode: (ours) => ours,
  })

/** A whole number that is text on the wire, such as a time in epoch seconds; read from a bare number as well. */
export const countText = () =>
  z.codec(
    z.union([
      z.string().check(z.regex(INTEGER, 'expected a whole number as text')),
      z.number().check(z.refine(Number.isInteger, 'expected a whole number')),
      z.bigint(),
    ]),
    z.number(),
    { decode: (wire) => Number(wire), encode: (ours) => String(ours) },
  )

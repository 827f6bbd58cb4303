/** JSON of TikTok Shop. Its ids are decimal strings of 19 digits, though some answers and webhooks send numbers. */
import { parseJson, UsageError } from '@tockwork/kernel'

/** Reads JSON; integers past 2^53, and every number in a field that names an id, come out as strings. @throws {SyntaxError} */
export function readShopJson(text: string): unknown {
  return withIds(parseJson(text), false)
}

function withIds(value: unknown, isId: boolean): unknown {
  if (typeof value === 'bigint' || (isId && typeof value === 'number')) return String(value)
  if (Array.isArray(value)) return value.map((each) => withIds(each, isId))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withIds(each, /(^|_)ids?$/.test(key))]),
  )
}

/**
 * Writes a request body. A `bigint` becomes a string, as ids are.
 * @throws {UsageError} for a number that has lost digits, or is none
 */
export function writeShopJson(value: unknown): string {
  const path: string[] = []
  const prepared = (each: unknown): unknown => {
    if (typeof each === 'bigint') return String(each)
    if (typeof each === 'number') {
      const lost = Number.isInteger(each) && !Number.isSafeInteger(each)
      if (Number.isFinite(each) && !lost) return each
      const field = path.join('.')
      throw new UsageError(`${field}: ${each} ${lost ? 'has lost digits' : 'is no number'}`, {
        field,
        action: lost ? 'Ids are strings: hand them over as text.' : 'Leave it out or correct it.',
      })
    }
    if (Array.isArray(each)) return each.map((item, at) => named(String(at), item))
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(Object.entries(each).map(([key, item]) => [key, named(key, item)]))
  }
  const named = (name: string, each: unknown): unknown => {
    path.push(name)
    const done = prepared(each)
    path.pop()
    return done
  }
  return JSON.stringify(prepared(value))
}

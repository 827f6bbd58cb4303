/**
 * JSON without loss of 64-bit integers.
 *
 * TikTok sends post ids as JSON numbers of 19 digits, past 2^53, where `JSON.parse` silently returns a neighbour.
 * Here such integers become `bigint`, and a `bigint` is written as a JSON number.
 */

const MAYBE_UNSAFE = /\d{16}/

// A whole string literal, or a number with at least 16 digits; strings come first so that digits in them stay. The
// look behind keeps out the digits after a point or in an exponent: they are a part of a number, not one.
const STRING_OR_LONG_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![.\deE+-])-?\d{16,}(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON text; integers outside the safe range become `bigint`, everything else is what `JSON.parse` gives.
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): unknown {
  if (!MAYBE_UNSAFE.test(text)) return JSON.parse(text)
  let mark = '@int64:'
  while (text.includes(mark)) mark = `@${mark}`
  let found = false
  const marked = text.replace(STRING_OR_LONG_NUMBER, (token) => {
    if (token.charCodeAt(0) === 34 || !/^-?\d+$/.test(token)) return token
    if (Number.isSafeInteger(Number(token))) return token
    found = true
    return `"${mark}${token}"`
  })
  // What is marked must have been JSON by itself: "0123…" is not, and would pass unseen once it is a string.
  const value: unknown = JSON.parse(marked)
  if (!found) return value
  JSON.parse(text)
  return revive(value, mark)
}

function revive(value: unknown, mark: string): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value
  if (Array.isArray(value)) return value.map((item) => revive(item, mark))
  if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value)) {
      const record = value as Record<string, unknown>
      const before = record[key]
      const after = revive(before, mark)
      if (after !== before)
        Object.defineProperty(record, key, {
          value: after,
          enumerable: true,
          writable: true,
          configurable: true,
        })
    }
  }
  return value
}

/** Writes JSON text; a `bigint` becomes a JSON number with all its digits. */
export function stringifyJson(value: unknown, space?: number): string {
  try {
    // Most answers hold no bigint, and without a replacer they are written several times as fast.
    return JSON.stringify(value, null, space)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  let bigints = 0
  let mark = '@int64:'
  const render = (m: string): string =>
    JSON.stringify(
      value,
      (_key, item: unknown) => {
        if (typeof item !== 'bigint') return item
        bigints += 1
        return `${m}${item}`
      },
      space,
    )
  let text = render(mark)
  if (bigints === 0 || text === undefined) return text
  // A caller's own string may look like the mark: pick one that occurs only where a bigint stood.
  while (text.split(`"${mark}`).length - 1 !== bigints) {
    mark = `@${mark}`
    bigints = 0
    text = render(mark)
  }
  return text.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
}

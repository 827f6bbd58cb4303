import { MARK_FILLERS, PLATFORM_NAMES, type PlatformName } from './platform-names.ts'

/** What a line of text says when it is a mark. */
export interface ReadMark {
  readonly kind: 'platform-text' | 'handle'
  /** Tells one mark from another: the platform, or the handle in lower case. */
  readonly key: string
  readonly platform?: string
  /** An everyday word too, such as `shorts`; needs more evidence. */
  readonly everydayWord: boolean
  /** 0 to 1: how well the letters fit. */
  readonly fit: number
}

export interface Exempt {
  /** Without `@`, lower case. */
  readonly handles: readonly string[]
  /** Lower case. */
  readonly brandWords: readonly string[]
}

/** A line that is mostly something else (a subtitle that mentions a platform) is not a mark. */
const MIN_SHARE = 0.7
/** An everyday word has to be all there is: `shorts` marks, `shorts sale` sells. */
const MIN_EVERYDAY_SHARE = 0.9
const MAX_HANDLE = 24
/** After a space, or one glyph that was read as a letter. An underscore is often read as a space. */
const HANDLE = /(?:^|[\s(:|·•-])\S?@\s?((?:[\p{L}\p{N}]{1,3}[\s_])?[\p{L}\p{N}_][\p{L}\p{N}_.]{2,23})/u

/** The platform's name, and the account, that a line consists of. Empty for any other text. */
export function readMarks(text: string, exempt: Exempt): ReadMark[] {
  const line = text.normalize('NFKC').toLowerCase()
  const handle = readHandle(line)
  const rest = handle === undefined ? line : line.replace(handle.whole, ' ')
  const words = rest.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const platform = findPlatform(words, exempt.brandWords)
  const marks: ReadMark[] = []
  const markLetters = (platform?.letters ?? 0) + (handle?.name.length ?? 0)
  const everydayWord = platform?.name.as === 'word' && handle === undefined
  // One or two stray letters are what a glyph beside the name is read as; but `shorts sa` is a sale that is cut off.
  const strayLetters = everydayWord ? 1 : 2
  const others = words.filter(
    (word, at) =>
      (platform === undefined || at < platform.first || at > platform.last) &&
      word.length > strayLetters &&
      !MARK_FILLERS.has(word),
  )
  const share = markLetters / Math.max(1, markLetters + others.join('').length)
  if (share < (everydayWord ? MIN_EVERYDAY_SHARE : MIN_SHARE)) return []
  if (platform !== undefined)
    marks.push({
      kind: 'platform-text',
      key: platform.name.platform,
      platform: platform.name.platform,
      everydayWord,
      fit: platform.fit,
    })
  if (handle !== undefined && !isExemptHandle(line, handle.name, exempt))
    marks.push({ kind: 'handle', key: handle.name, everydayWord: false, fit: 1 })
  return marks
}

function readHandle(line: string): { name: string; whole: string } | undefined {
  const found = HANDLE.exec(line)
  if (found === null) return undefined
  const name = (found[1] as string).replaceAll(' ', '_').replace(/\.+$/, '').slice(0, MAX_HANDLE)
  // `name@host.tld` is an address for mail; `@3` and `@ 5 pm` are a price and a time.
  if (name.length < 4 || !/\p{L}/u.test(name) || /^\d+(pm|am|usd|eur)?$/.test(name)) return undefined
  return { name, whole: found[0] }
}

/** Whether a misread letter could be all that lies between this handle and one of the uploader's own. */
function isExemptHandle(line: string, name: string, { handles, brandWords }: Exempt): boolean {
  // The space bar is a letter that is often read into an underscore.
  const joined = line.slice(line.indexOf('@') + 1).replaceAll(/[^\p{L}\p{N}]/gu, '')
  return [...handles, ...brandWords].some((own) => {
    const bare = own.replaceAll(/[^\p{L}\p{N}]/gu, '')
    const slack = bare.length >= 8 ? 2 : bare.length >= 5 ? 1 : 0
    return (
      sameLetters(name.replaceAll(/[^\p{L}\p{N}]/gu, ''), bare, slack) || sameLetters(joined, bare, slack)
    )
  })
}

interface FoundPlatform {
  name: PlatformName
  first: number
  last: number
  letters: number
  fit: number
}

function findPlatform(words: readonly string[], brandWords: readonly string[]): FoundPlatform | undefined {
  let best: FoundPlatform | undefined
  for (let first = 0; first < words.length; first += 1)
    for (let last = first; last < Math.min(words.length, first + 3); last += 1) {
      const written = words.slice(first, last + 1).join('')
      if (brandWords.some((brand) => brand.replaceAll(/[^\p{L}\p{N}]/gu, '') === written)) continue
      for (const name of PLATFORM_NAMES) {
        const fit = fits(written, name)
        if (fit === 0) continue
        const letters = name.written.length
        if (best === undefined || fit * letters > best.fit * best.letters)
          best = { name, first, last, letters, fit }
      }
    }
  return best
}

function fits(written: string, { written: wanted, as }: PlatformName): number {
  if (written === wanted) return 1
  if (as !== 'name') return 0
  const slack = wanted.length >= 8 ? 2 : wanted.length >= 5 ? 1 : 0
  if (slack === 0) return /\p{Script=Han}/u.test(wanted) && written.includes(wanted) ? 1 : 0
  if (Math.abs(written.length - wanted.length) > slack + 1) return 0
  // A glyph that touches the name is read as a letter before it; what lies on either side of faint print, as one each.
  const distance = Math.min(
    editDistance(alike(written), alike(wanted)),
    editDistance(alike(written.slice(1)), alike(wanted)) + 0.5,
    alike(written.slice(1, -1)) === alike(wanted) ? 1 : Number.POSITIVE_INFINITY,
  )
  return distance <= slack ? 1 - (0.6 * distance) / wanted.length - 0.05 : 0
}

/**
 * How many letters are missing when these could be a piece out of a platform's name, as faint print is often found: for the
 * shortest such name and for the longest. Empty when they are part of none.
 */
export function missingLetters(text: string): number[] {
  const letters = alike(
    text
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, ''),
  )
  if (letters.length < 2 || letters.length > 12) return []
  const whole = PLATFORM_NAMES.filter(({ written }) => written.length > 4 && alike(written).includes(letters))
  const missing = whole.map(({ written }) => written.length - letters.length).filter((count) => count > 0)
  return missing.length === 0 ? [] : [...new Set([Math.min(...missing), Math.max(...missing)])]
}

/** Letters that small print does not tell apart become one. */
const alike = (word: string): string =>
  word
    .replaceAll(/[1l|!í]/g, 'i')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replaceAll('c', 'k')

const sameLetters = (a: string, b: string, slack: number): boolean =>
  Math.abs(a.length - b.length) <= slack && editDistance(alike(a), alike(b)) <= slack

/** Letters to insert, drop or replace to turn one word into the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1)
      row.push(
        Math.min(
          (previous[j] as number) + 1,
          (row[j - 1] as number) + 1,
          (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    previous = row
  }
  return previous[b.length] as number
}

/** One handle, read twice with a letter or two different, or once without its end. */
export const isSameHandle = (a: string, b: string): boolean =>
  a.startsWith(b) || b.startsWith(a) || sameLetters(a, b, a.length >= 8 ? 2 : 1)

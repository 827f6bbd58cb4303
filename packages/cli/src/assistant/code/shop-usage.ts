/** What a text in a program says of TikTok Shop: operations by id or path, and ids of categories and attributes. */
import { mandatoryAttributes } from '@tockwork/contracts/shop'
import { findShopOperations } from '@tockwork/contracts/shop/operations'

/** Stands for every path of the version before 202309. */
export const FIRST_VERSION = 'v1'

const ID = /^shop\.[a-z_]+\.\w+\.(?:20\d{4}|v2)$/i
const PATH = /\/[a-z_]+\/20\d{4}\/[^\s?#"'`]+/
/** `/api/orders/search`; the calls for tokens have `/api/v2/` and go on. A path of one's own may begin so too. */
const OLD_PATH = /^https?:\/\/open-api\.tiktok(?:globalshop|-shops)\.com\/api\/(?!v2\/)[a-z_]+\//i

/**
 * Ids of the operations that a literal names. A path says no verb, so all operations at it are named; placeholders of any
 * language (`{id}`, `${id}`, `$id`, `%s`) stand for a value.
 */
export function shopCallsIn(text: string): string[] {
  const trimmed = text.trim()
  if (OLD_PATH.test(trimmed)) return [FIRST_VERSION]
  if (ID.test(trimmed)) return findShopOperations(trimmed).map(({ id }) => id)
  const [path] = PATH.exec(trimmed) ?? []
  if (path === undefined) return []
  const found = findShopOperations(path)
  // One with a literal where another has a placeholder comes first, and is meant.
  return found.filter(({ path: each }) => each === found[0]?.path).map(({ id }) => id)
}

let words: ReadonlySet<string> | undefined

export function isShopWord(text: string): boolean {
  words ??= new Set(
    mandatoryAttributes.flatMap(({ categories, attributes }) => [
      ...categories,
      ...attributes.flatMap(({ id, name }) => [name, ...(id === undefined ? [] : [id])]),
    ]),
  )
  return words.has(text)
}

/**
 * How the models of TikTok Shop are kept: one short text for each part of an operation, since all of them as JSON Schema
 * would weigh megabytes. Fields are separated by commas:
 *
 *     page_size*:i^1..100,ids*[]:s<50,order{id:s,status:s=UNPAID|ON_HOLD}
 *
 * `*` required · `[]` a list · `:s` text, `:i` and `:l` whole number, `:n` number, `:b` true or false, `:f` file, `:o`
 * anything · `{…}` an object · `=A|B` values that are known · `<50` most characters, or of a list most things ·
 * `^1..100` least and most.
 */
export type ShopScalar = 's' | 'i' | 'l' | 'n' | 'b' | 'f' | 'o'

export interface ShopField {
  name: string
  required: boolean
  /** 0: one value, 1: a list, 2: a list of lists. */
  depth: number
  type: ShopScalar | ShopField[]
  values?: string[]
  most?: number
  range?: [number, number]
}

const FIELD = /([\w.$-]+)(\*?)((?:\[\])*)(?::([silnbfo])|(\{))/y
const RULES = /(?:=([^,}<^]+))?(?:<(\d+))?(?:\^(\d+)\.\.(\d+))?(,?)/y

/** @throws {SyntaxError} where the text stops being notation */
export function parseFields(text: string): ShopField[] {
  let at = 0
  const fail = (): never => {
    throw new SyntaxError(`A model is malformed at ${at}: ${text.slice(at, at + 30)}`)
  }
  const match = (pattern: RegExp): RegExpExecArray => {
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? fail()
    at = pattern.lastIndex
    return found
  }
  const fields = (): ShopField[] => {
    const list: ShopField[] = []
    while (at < text.length && text[at] !== '}') {
      const [, name = '', star, lists = '', scalar] = match(FIELD)
      let type: ShopField['type'] = scalar as ShopScalar
      if (scalar === undefined) {
        type = fields()
        if (text[at] !== '}') fail()
        at += 1
      }
      const [, values, most, least, greatest] = match(RULES)
      list.push({
        name,
        required: star === '*',
        depth: lists.length / 2,
        type,
        ...(values === undefined ? {} : { values: values.split('|') }),
        ...(most === undefined ? {} : { most: Number(most) }),
        ...(least === undefined ? {} : { range: [Number(least), Number(greatest)] }),
      })
    }
    return list
  }
  const all = fields()
  return at < text.length ? fail() : all
}

/** The text that `parseFields` reads. */
export function writeFields(fields: readonly ShopField[]): string {
  return fields
    .map(({ name, required, depth, type, values, most, range }) => {
      const shape = typeof type === 'string' ? `:${type}` : `{${writeFields(type)}}`
      const known = values === undefined ? '' : `=${values.join('|')}`
      const limit = most === undefined ? '' : `<${most}`
      const between = range === undefined ? '' : `^${range[0]}..${range[1]}`
      return `${name}${required ? '*' : ''}${'[]'.repeat(depth)}${shape}${known}${limit}${between}`
    })
    .join(',')
}

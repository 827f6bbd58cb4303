import type { FieldError } from '@tockwork/api'

/**
 * Texts that JSON can hold and a database cannot: PostgreSQL has no null character, and half of a surrogate pair is no
 * UTF-8, so that it would come back as another text than it went in.
 */
export function unstorableTexts(value: unknown, field = ''): FieldError[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [refused(field)]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, at) => unstorableTexts(item, `${field}[${at}]`))
  // What a schema has made something else of is its own business.
  if (Object.getPrototypeOf(value) !== Object.prototype) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = field === '' ? name : `${field}.${name}`
    return isStorable(name) ? unstorableTexts(inner, path) : [refused(path)]
  })
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function refused(field: string): FieldError {
  return { field, rule: 'unstorable_text', message: 'Holds a null character or half of a surrogate pair' }
}

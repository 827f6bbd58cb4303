import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A word for a value, or the keys of an object in their order. */
type Shape = string | { [key: string]: Shape }

interface Shapes {
  drift: Record<string, string>
  objects: Record<string, { documented: Shape; live: Shape }>
}

const shapes = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../../fixtures/creator-api/shapes.json'), 'utf8'),
) as Shapes

export const SHAPE_NAMES = Object.keys(shapes.objects)

const isText = (value: unknown): value is string => typeof value === 'string'

const WORDS: Record<string, (value: unknown) => boolean> = {
  uuid: (value) => isText(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  text: isText,
  url: (value) => isText(value) && URL.canParse(value),
  time: (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/.test(value),
  int: Number.isInteger,
  number: Number.isFinite,
  bool: (value) => typeof value === 'boolean',
  list: Array.isArray,
  texts: (value) => Array.isArray(value) && value.every(isText),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/**
 * What does not fit, by its path. `live`: these keys in this order and no others; `documented`: these keys, under the names
 * that live answers give them, whatever else there is.
 */
export function misfits(name: string, value: unknown): string[] {
  const { documented, live } = shapes.objects[name] ?? {}
  if (documented === undefined || live === undefined) throw new Error(`There is no shape of ${name}`)
  return [...compare(live, value, 'live', true), ...compare(documented, value, 'documented', false)]
}

function compare(shape: Shape, value: unknown, path: string, exact: boolean): string[] {
  if (isText(shape)) return fitsWord(shape, value) ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`]
  if (!WORDS.object?.(value)) return [`${path}: ${JSON.stringify(value)} is no object`]
  const object = value as Record<string, unknown>
  const found: string[] = []
  const present: string[] = []
  for (const [key, inner] of Object.entries(shape)) {
    const plain = key.replace(/\?$/, '')
    const own = exact
      ? plain
      : ((shapes.drift[plain] !== undefined && !(plain in object) ? shapes.drift[plain] : plain) ?? plain)
    if (!(own in object)) {
      if (!key.endsWith('?')) found.push(`${path}.${own}: missing`)
      continue
    }
    present.push(own)
    found.push(...compare(inner, object[own], `${path}.${own}`, exact))
  }
  const keys = Object.keys(object)
  if (exact && keys.join() !== present.join())
    found.push(`${path}: ${keys.join()} instead of ${present.join()}`)
  return found
}

function fitsWord(word: string, value: unknown): boolean {
  if (word.endsWith('?') && value === null) return true
  const plain = word.replace(/\|?\?$/, '')
  const check = WORDS[plain]
  return check === undefined ? plain.split('|').includes(String(value)) : check(value)
}

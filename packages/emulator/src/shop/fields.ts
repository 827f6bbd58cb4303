/** Reads what was sent, by the types of TikTok's models; a refusal names the field and the rule. */
import { ShopRefusal } from './call.ts'

type Json = Readonly<Record<string, unknown>>

/** Any schema violation is answered so. Source: partner.tiktokshop.com/docv2, common errors. */
const INVALID = 36009004

export class Fields {
  readonly #values: Json
  readonly #at: string

  constructor(values: Json, at = '') {
    this.#values = values
    this.#at = at
  }

  /** As it came. */
  get raw(): Json {
    return this.#values
  }

  has(name: string): boolean {
    const value = this.#values[name]
    return value !== undefined && value !== null && value !== ''
  }

  /** @throws {ShopRefusal} when it is missing */
  text(name: string, rule: { max?: number; code?: number } = {}): string {
    return this.optional(name, rule) ?? this.#refuse(name, 'is required', rule.code)
  }

  /** Numbers count as text: clients send ids both ways, and they are read without loss. */
  optional(name: string, rule: { max?: number } = {}): string | undefined {
    if (!this.has(name)) return undefined
    const value = this.#values[name]
    const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
    if (typeof text !== 'string') return this.#refuse(name, 'must be a string')
    if (rule.max !== undefined && [...text].length > rule.max)
      return this.#refuse(name, `must have at most ${rule.max} characters`)
    return text
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.optional(name)
    if (value === undefined) return undefined
    return (choices as readonly string[]).includes(value)
      ? (value as T)
      : this.#refuse(name, `must be one of ${choices.join(', ')}`)
  }

  requiredOneOf<T extends string>(name: string, choices: readonly T[]): T {
    return this.oneOf(name, choices) ?? this.#refuse(name, `is required, one of ${choices.join(', ')}`)
  }

  integer(name: string, range: { min?: number; max?: number } = {}): number | undefined {
    if (!this.has(name)) return undefined
    const value = Number(this.#values[name])
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
    if (!Number.isInteger(value) || value < min || value > max)
      return this.#refuse(name, `must be a whole number from ${min} to ${max}`)
    return value
  }

  requiredInteger(name: string, range: { min?: number; max?: number } = {}): number {
    return this.integer(name, range) ?? this.#refuse(name, 'is required')
  }

  flag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined
    const value = this.#values[name]
    if (value === true || value === 'true' || value === 'True') return true
    if (value === false || value === 'false' || value === 'False') return false
    return this.#refuse(name, 'must be true or false')
  }

  object(name: string): Fields | undefined {
    if (!this.has(name)) return undefined
    const value = this.#values[name]
    return isRecord(value) ? new Fields(value, this.#below(name)) : this.#refuse(name, 'must be an object')
  }

  requiredObject(name: string): Fields {
    return this.object(name) ?? this.#refuse(name, 'is required')
  }

  /** A list of objects; empty where there is none. */
  list(name: string, rule: { max?: number; required?: boolean } = {}): Fields[] {
    return this.#array(name, rule).map((value, at) =>
      isRecord(value)
        ? new Fields(value, `${this.#below(name)}.${at}`)
        : this.#refuse(`${name}.${at}`, 'must be an object'),
    )
  }

  /** A list of strings; in a query they are separated by commas. */
  texts(name: string, rule: { max?: number; required?: boolean } = {}): string[] {
    return this.#array(name, rule).map((value, at) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
        return String(value)
      return this.#refuse(`${name}.${at}`, 'must be a string')
    })
  }

  /** @throws {ShopRefusal} always */
  refuse(name: string, rule: string, code?: number): never {
    return this.#refuse(name, rule, code)
  }

  #array(name: string, { max, required }: { max?: number; required?: boolean }): unknown[] {
    if (!this.has(name)) return required === true ? this.#refuse(name, 'is required') : []
    const value = this.#values[name]
    const list = typeof value === 'string' ? fromText(value) : value
    if (!Array.isArray(list)) return this.#refuse(name, 'must be a list')
    if (required === true && list.length === 0) return this.#refuse(name, 'must not be empty')
    if (max !== undefined && list.length > max) return this.#refuse(name, `must hold at most ${max}`)
    return list
  }

  #below(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`
  }

  #refuse(name: string, rule: string, code = INVALID): never {
    throw new ShopRefusal(code, `${this.#below(name)}: ${rule}`)
  }
}

/** `a,b`, and the JSON list that some clients write into a query. */
function fromText(text: string): unknown[] {
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list)) return list
    } catch {
      // Read as text below.
    }
  }
  return text.split(',')
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Takes secrets out of what is said. {@link redact} knows them by their form; here those are added that a document
 * itself names, so that a token is not shown either where it stands without its name, such as in a message.
 */
import { redact } from '@tockwork/kernel'

const SECRET_NAME =
  /token|secret|password|cookie|authorization|api[-_]?key|code_verifier|^code$|^auth_code$|ticket|signature|^x-?sign/i
/** Codes of a refusal also stand under `code`; they are words, and a credential is not. */
const WORD = /^[a-z][a-z_]{1,60}$/
const SHORTEST = 6

export class Scrubber {
  readonly #secrets = new Set<string>()

  /** Remembers a value that must never be shown. Short ones are left: they would blot out innocent words. */
  hide(value: string): void {
    if (value.length >= SHORTEST) this.#secrets.add(value)
  }

  /** Remembers the value if its name says that it is a secret. */
  hideNamed(name: string, value: string): void {
    if (!SECRET_NAME.test(name) || (/^code$/i.test(name) && WORD.test(value))) return
    this.hide(value)
    const [, bearer] = /^(?:Bearer|Basic)\s+(\S+)/i.exec(value) ?? []
    if (bearer !== undefined) this.hide(bearer)
    if (/cookie/i.test(name))
      for (const part of value.split(/;\s*/)) this.hide(part.slice(part.indexOf('=') + 1))
  }

  /** Remembers all secrets of a JSON value, by the names of their fields, at any depth. */
  learn(value: unknown, name = ''): void {
    if (typeof value === 'string') {
      this.hideNamed(name, value)
      if (/^https?:\/\//.test(value)) this.learnUrl(value)
    } else if (Array.isArray(value)) for (const each of value) this.learn(each, name)
    else if (value !== null && typeof value === 'object')
      for (const [key, each] of Object.entries(value)) this.learn(each, key)
  }

  learnUrl(text: string): void {
    if (!URL.canParse(text)) return
    const url = new URL(text)
    this.hide(url.password)
    this.hide(decoded(url.password))
    this.learnForm(url.search)
  }

  learnForm(text: string): void {
    for (const [key, value] of new URLSearchParams(text)) {
      this.hideNamed(key, value)
      this.hideNamed(key, encodeURIComponent(value))
    }
  }

  text(text: string): string {
    let shown = text
    // Longer ones first: a secret may be a part of another.
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length))
      shown = shown.replaceAll(secret, '[secret]')
    return redact(shown)
  }

  /** The same value with every text in it scrubbed. */
  value<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T
    if (Array.isArray(value)) return value.map((each) => this.value(each)) as T
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.value(each)])) as T
  }
}

/** A password may hold a percent sign of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

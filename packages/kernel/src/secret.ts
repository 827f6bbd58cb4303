const PLACEHOLDER = '[secret]'

/** A value that logging, serialising or interpolating shows as `[secret]`; read it with `reveal()`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return PLACEHOLDER
  }

  toJSON(): string {
    return PLACEHOLDER
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return PLACEHOLDER
  }
}

const SENSITIVE =
  /((?:^|[?&#;\s"'{,])(?:access_token|refresh_token|client_secret|code_verifier|upload_token|code|token|secret|app_secret)["']?\s*[=:]\s*["']?)([^&#;\s"',}]+)/gi
const TOKEN_SHAPE = /\b(act|rft|clt)\.[A-Za-z0-9!*_.~-]+/g

/** Removes tokens, codes, secrets and upload tokens from a URL, form body, header or log line. */
export function redact(text: string): string {
  return text
    .replace(SENSITIVE, (_all, name: string) => `${name}${PLACEHOLDER}`)
    .replace(TOKEN_SHAPE, (_all, kind: string) => `${kind}.${PLACEHOLDER}`)
    .replace(/(Bearer\s+)\S+/gi, `$1${PLACEHOLDER}`)
}

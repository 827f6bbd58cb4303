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
  /((?:^|[?&#;\s"'{,])(?:access_token|refresh_token|client_secret|code_verifier|upload_token|auth_code|code|token|secret|app_secret)["']?\s*[=:]\s*["']?)([^&#;\s"',}]+)/gi
const TOKEN_SHAPE = /\b(act|rft|clt)\.[A-Za-z0-9!*_.~-]+/g
/** TikTok Shop's tokens start with where they are from. A constant in capitals (`ROW_COUNT`) looks different: its rest is short or has no digit. */
const SHOP_TOKEN_SHAPE = /\b(TTP|ROW|GCP)_(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}/g

/** Removes tokens, codes, secrets and upload tokens from a URL, form body, header or log line. */
export function redact(text: string): string {
  return text
    .replace(SENSITIVE, (_all, name: string) => `${name}${PLACEHOLDER}`)
    .replace(TOKEN_SHAPE, (_all, kind: string) => `${kind}.${PLACEHOLDER}`)
    .replace(SHOP_TOKEN_SHAPE, (_all, region: string) => `${region}_${PLACEHOLDER}`)
    .replace(/(Bearer\s+)\S+/gi, `$1${PLACEHOLDER}`)
}

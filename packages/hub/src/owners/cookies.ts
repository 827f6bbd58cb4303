/** The cookie of a session. */

const MAX_AGE_S = 30 * 86_400

/**
 * Under https the name begins with `__Host-`, by which a browser takes it from this very host alone, over https, for all
 * paths. Without https it carries the port, since hubs on several ports of one machine would share it otherwise.
 */
export class SessionCookie {
  readonly name: string
  readonly #secure: boolean

  constructor(publicUrl: string) {
    const { protocol, port } = new URL(publicUrl)
    this.#secure = protocol === 'https:'
    this.name = this.#secure ? '__Host-tockwork' : `tockwork_${port || '80'}`
  }

  /** Strict: no other site's link or form carries it. The dashboard's own requests come from its own pages. */
  set(token: string): string {
    return `${this.name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE_S}${this.#end}`
  }

  clear(): string {
    return `${this.name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${this.#end}`
  }

  /** Undefined where there is none, or more than one: then somebody else has set one of them. */
  read(header: string | undefined): string | undefined {
    const values = (header ?? '').split(';').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at > 0 && pair.slice(0, at).trim() === this.name ? [pair.slice(at + 1).trim()] : []
    })
    return values.length === 1 ? values[0] : undefined
  }

  get #end(): string {
    return this.#secure ? '; Secure' : ''
  }
}

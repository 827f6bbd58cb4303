import type { Endpoint } from '@tockwork/contracts'
import type { Exchange, RawHandler } from './exchange.ts'

interface RawRoute {
  method: string
  pattern: RegExp
  names: string[]
  handler: RawHandler
}

export type Route =
  | { kind: 'endpoints'; candidates: Endpoint[] }
  /** Of which platform it is: faults are answered in its envelope. */
  | { kind: 'raw'; handler: RawHandler; params: Record<string, string>; api?: GatewayApi }

/** Platforms with a gateway of their own, which takes all paths that begin with a part. */
export type GatewayApi = 'shop' | 'business'

/** Finds who answers a request: an endpoint of TikTok by method and path, or one of the emulator's own routes. */
export class Router {
  readonly #endpoints = new Map<string, Endpoint[]>()
  readonly #methods = new Map<string, Set<string>>()
  readonly #raw: RawRoute[] = []
  readonly #prefixes = new Map<string, { handler: RawHandler; api: GatewayApi }>()

  addEndpoint(endpoint: Endpoint): void {
    const path = withoutSlash(endpoint.path)
    const key = `${endpoint.method} ${path}`
    this.#endpoints.set(key, [...(this.#endpoints.get(key) ?? []), endpoint])
    this.#methods.set(path, (this.#methods.get(path) ?? new Set()).add(endpoint.method))
  }

  /** `path` may hold `:name` parts and end in `*`. */
  add(method: string, path: string, handler: RawHandler): void {
    const names: string[] = []
    const source = path
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/:(\w+)/g, (_all, name: string) => {
        names.push(name)
        return '([^/]+)'
      })
      .replace(/\*$/, () => {
        names.push('rest')
        return '(.*)'
      })
    this.#raw.push({ method, pattern: new RegExp(`^${source}/?$`), names, handler })
  }

  /** A gateway's calls: everything whose path begins with this part, unless another route takes it. */
  addPrefix(part: string, api: GatewayApi, handler: RawHandler): void {
    this.#prefixes.set(part, { handler, api })
  }

  find(exchange: Exchange): Route | undefined {
    const path = withoutSlash(exchange.path)
    const method = exchange.method === 'HEAD' ? 'GET' : exchange.method
    const candidates = this.#endpoints.get(`${method} ${path}`)
    if (candidates !== undefined) {
      if (exchange.path !== candidates[0]?.path)
        exchange.warn(`path without its trailing slash: ${exchange.path}`)
      return { kind: 'endpoints', candidates }
    }
    for (const route of this.#raw) {
      if (route.method !== method && route.method !== '*') continue
      const match = route.pattern.exec(exchange.path)
      if (match === null) continue
      const params = Object.fromEntries(route.names.map((name, i) => [name, decode(match[i + 1] ?? '')]))
      return { kind: 'raw', handler: route.handler, params }
    }
    const gateway = this.#prefixes.get(exchange.path.split('/', 2)[1] ?? '')
    return gateway === undefined ? undefined : { kind: 'raw', ...gateway, params: {} }
  }

  /** Methods that some endpoint takes at this path. */
  methodsAt(path: string): string[] {
    return [...(this.#methods.get(withoutSlash(path)) ?? [])]
  }
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

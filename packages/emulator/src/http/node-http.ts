/**
 * Node's HTTP, without what an import of it drags along: `import 'node:http'` reads every export to bind it, `WebSocket`
 * too, for which Node then loads all of undici. That costs 40 ms and 13 MB at start, measured on Node 24.
 * HTTPS and TLS are loaded when something is asked for over them.
 */
export const { createServer, get, request } = process.getBuiltinModule('node:http')

/** Loaded at the first use. */
export function https(): typeof import('node:https') {
  return process.getBuiltinModule('node:https')
}

/** Loaded at the first use. */
export function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls')
}

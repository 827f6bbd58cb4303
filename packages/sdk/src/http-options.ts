/** How the transport behaves; the same on every runtime, apart from what a runtime cannot do. */
export interface HttpOptions {
  /** Milliseconds to wait for the answer's head after the request is sent, and between parts of its body. 30 s. */
  timeoutMs?: number
  /** Milliseconds to wait for a connection; Node only. 10 s. */
  connectTimeoutMs?: number
  /** PEM certificates trusted besides the built-in ones; Node only (`NODE_EXTRA_CA_CERTS` works by itself). */
  ca?: string | string[]
}

export const DEFAULT_TIMEOUT_MS = 30_000
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000

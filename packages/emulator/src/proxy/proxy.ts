import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Server as TlsServer } from 'node:tls'
import { type Clock, systemClock } from '@tockwork/kernel'
import { createServer, tls } from '../http/node-http.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import { isTikTokHost, tiktokDomains } from './hosts.ts'
import { forward, join, onwardHeaders, type Place, tunnel } from './pass-through.ts'
import { usagePage } from './usage-page.ts'

/** The part of an emulator that the proxy needs. */
export interface ProxiedEmulator {
  /** `http://localhost:<port>`. */
  readonly origin: string
  /** Takes a connection as if it had been accepted by the emulator's own server. */
  serve: (connection: Duplex) => void
}

export interface ProxyOptions {
  /** An emulator in this process. */
  emulator?: ProxiedEmulator
  /** Or the address of one in another process, such as `http://localhost:4747`. */
  origin?: string
  /** 0, the default, picks a free one. It listens on 127.0.0.1 and nowhere else. */
  port?: number
  /** Holds the certificate authority: `ca.pem` for clients, `ca-key.pem` for this machine's eyes only. */
  caFolder: string
  /**
   * Hosts that are not TikTok's: `true`, the default, lets everything through, also a developer's own services in a
   * private network, since whoever can speak to this proxy is on this machine and could go there directly;
   * `'loopback'` lets only this machine be reached; `false` nothing but TikTok.
   */
  passThrough?: boolean | 'loopback'
  /** Real time, for certificates. */
  clock?: Clock
}

const SILENCE_MS = 30_000
const HANDSHAKE_MS = 10_000
/** `*.tiktokapis.com` has no end of names; certificates of the latest ones are kept. */
const KEEP_HOSTS = 100
const RENEW_BEFORE_MS = 86_400_000
const TLS_HANDSHAKE_RECORD = 0x16

/** A forward proxy that answers for TikTok's host names with the emulator. Made by `startProxy`. */
export class EmulatorProxy {
  readonly #options: ProxyOptions
  readonly #authority: CertificateAuthority
  readonly #clock: Clock
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  readonly #terminators = new Map<string, Promise<{ server: TlsServer; renewAt: number }>>()

  constructor(options: ProxyOptions, authority: CertificateAuthority) {
    if (options.emulator === undefined && options.origin === undefined)
      throw new TypeError('startProxy needs an emulator, or the origin of one')
    this.#options = options
    this.#authority = authority
    this.#clock = options.clock ?? systemClock
    this.#server = createServer({ requestTimeout: 0 }, (request, response) =>
      this.#request(request, response),
    )
    this.#server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#connect(request, socket, head),
    )
    this.#server.on('connection', (socket: Socket) => this.#track(socket))
  }

  /** `http://127.0.0.1:<port>`: the value for `HTTPS_PROXY`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Path of the certificate that clients must trust. */
  get caFile(): string {
    return this.#authority.file
  }

  /** Environment variables under which common clients (curl, Node, Python, Ruby, PHP, Go) run unchanged. */
  get environment(): Record<string, string> {
    const { url, caFile } = this
    // Node adds to what it trusts; the other settings replace it, so they get everything.
    const bundle = this.#authority.bundleFile
    return {
      HTTPS_PROXY: url,
      https_proxy: url,
      // Ruby's Net::HTTP looks at this one for https too.
      http_proxy: url,
      NO_PROXY: 'localhost,127.0.0.1,::1',
      no_proxy: 'localhost,127.0.0.1,::1',
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: caFile,
      SSL_CERT_FILE: bundle,
      CURL_CA_BUNDLE: bundle,
      REQUESTS_CA_BUNDLE: bundle,
    }
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#options.port ?? 0, '127.0.0.1', () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** `CONNECT host:port`: what nearly every client does for https. */
  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#track(socket)
    const place = readPlace(request.url ?? '')
    if (place === undefined) {
      refuseTunnel(socket, 400, 'CONNECT needs host:port')
      return
    }
    if (head.length > 0) socket.unshift(head)
    if (isTikTokHost(place.host)) {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      this.#intercept(socket, place.host)
      return
    }
    const problem = this.#refusal(place.host)
    if (problem !== undefined) {
      refuseTunnel(socket, 403, problem)
      return
    }
    tunnel(
      socket,
      place,
      () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
      (why) => refuseTunnel(socket, 502, `${place.host}:${place.port} cannot be reached: ${why}`),
    )
  }

  /** TLS, or plain HTTP inside a tunnel as some clients do for http: the first byte tells. */
  #intercept(socket: Duplex, host: string): void {
    const silence = setTimeout(() => socket.destroy(), SILENCE_MS)
    socket.once('close', () => clearTimeout(silence))
    socket.once('data', (first: Buffer) => {
      clearTimeout(silence)
      socket.pause()
      socket.unshift(first)
      if (first[0] !== TLS_HANDSHAKE_RECORD) return this.#hand(socket)
      this.#terminator(host).then(
        (server) => server.emit('connection', socket),
        () => socket.destroy(),
      )
    })
  }

  /** One TLS end for each host name, with that name's certificate whatever else the client says. */
  async #terminator(host: string): Promise<TlsServer> {
    const known = await this.#terminators.get(host)
    if (known !== undefined && known.renewAt > this.#clock.now()) return known.server
    const making = this.#authority.issue(host).then((leaf) => {
      const server = tls().createServer({
        cert: leaf.cert,
        key: leaf.key,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: HANDSHAKE_MS,
      })
      server.on('secureConnection', (secure) => {
        this.#track(secure)
        this.#hand(secure)
      })
      server.on('tlsClientError', (_error, socket) => socket.destroy())
      return { server, renewAt: leaf.expiresAt - RENEW_BEFORE_MS }
    })
    this.#terminators.delete(host)
    this.#terminators.set(host, making)
    making.catch(() => this.#terminators.delete(host))
    for (const oldest of this.#terminators.keys()) {
      if (this.#terminators.size <= KEEP_HOSTS) break
      this.#terminators.delete(oldest)
    }
    return (await making).server
  }

  #hand(connection: Duplex): void {
    const { emulator, origin } = this.#options
    if (emulator !== undefined) emulator.serve(connection)
    else {
      const upstream = connect({ ...originPlace(origin as string), allowHalfOpen: true })
      this.#track(upstream)
      join(connection, upstream)
    }
  }

  /** A request with its whole address, or someone who opened the proxy's own address in a browser. */
  #request(request: IncomingMessage, response: ServerResponse): void {
    const address = request.url ?? '/'
    if (!/^https?:\/\//i.test(address)) usagePage(this, this.#authority.pem, address, response)
    else if (URL.canParse(address)) this.#forward(request, response, new URL(address))
    else refuse(response, 400, 'the address cannot be read')
  }

  #forward(request: IncomingMessage, response: ServerResponse, target: URL): void {
    const host = bare(target.hostname)
    const failed = (why: string): void => refuse(response, 502, `${target.host} cannot be reached: ${why}`)
    // A proxy believes the address, not the header (RFC 9112, 3.2.2).
    const headers = onwardHeaders(request, target.host)
    if (isTikTokHost(host)) {
      const origin = this.#options.emulator?.origin ?? (this.#options.origin as string)
      forward(request, response, new URL(target.pathname + target.search, origin), headers, failed)
      return
    }
    const problem = this.#refusal(host)
    if (problem === undefined) forward(request, response, target, headers, failed)
    else refuse(response, 403, problem)
  }

  #refusal(host: string): string | undefined {
    const { passThrough = true } = this.#options
    if (passThrough === true) return undefined
    if (passThrough === 'loopback')
      return isLoopback(host)
        ? undefined
        : `${host} is not on this machine, and this proxy lets nothing else through`
    return `${host} is not a host of TikTok, and this proxy lets nothing else through`
  }
}

/** Starts the forward proxy on 127.0.0.1. */
export async function startProxy(options: ProxyOptions): Promise<EmulatorProxy> {
  // Loaded here: programs that never use the proxy need not wait for the certificate library.
  const { CertificateAuthority } = await import('./certificate-authority.ts')
  const authority = await CertificateAuthority.open({
    folder: options.caFolder,
    domains: tiktokDomains,
    clock: options.clock ?? systemClock,
  })
  const proxy = new EmulatorProxy(options, authority)
  await proxy.listen()
  return proxy
}

function readPlace(text: string): Place | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:/\s]+):(\d{1,5})$/i.exec(text)
  if (match === null) return undefined
  const port = Number(match[2])
  return port > 0 && port < 65_536 ? { host: bare(match[1] as string), port } : undefined
}

function originPlace(origin: string): Place {
  const url = new URL(origin)
  return { host: bare(url.hostname), port: Number(url.port || 80) }
}

function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
  )
}

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 403: 'Forbidden', 502: 'Bad Gateway' }

function refuseTunnel(socket: Duplex, status: number, why: string): void {
  const body = `Tockwork proxy: ${why}\n`
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function refuse(response: ServerResponse, status: number, why: string): void {
  const body = `Tockwork proxy: ${why}\n`
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

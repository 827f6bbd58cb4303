import { lookup as dnsLookup } from 'node:dns'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { isIP, type LookupFunction } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '@tockwork/kernel'
import { get as httpGet, https } from '../http/node-http.ts'

export interface PullOptions {
  maxBytes: number
  /** Loopback addresses are allowed; other internal ones never are. */
  local: boolean
  real: Clock
  cancelled: () => boolean
  progress: (bytes: number) => void
}

export type PullResult = { ok: true; bytes: number } | { ok: false; why: string }

/** No byte for this long ends a download. */
const STALL_MS = 60_000

/** Fetches an address into a file by TikTok's rules: no redirects, a 2xx answer, within the size. */
export async function pullMedia(address: string, path: string, options: PullOptions): Promise<PullResult> {
  const url = new URL(address)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (
    isIP(literal) !== 0 &&
    addressKind(literal) !== 'public' &&
    !(options.local && addressKind(literal) === 'loopback')
  )
    return { ok: false, why: 'an internal address' }
  let response: IncomingMessage
  try {
    response = await open(url, options.local)
  } catch (error) {
    return { ok: false, why: (error as Error).message }
  }
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) {
    response.destroy()
    return { ok: false, why: status >= 300 && status < 400 ? 'redirects are not followed' : `HTTP ${status}` }
  }
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (options.cancelled()) return done(new Error('cancelled'))
      if (bytes > options.maxBytes) return done(new Error('larger than allowed'))
      options.progress(bytes)
      done(null, chunk)
    },
  })
  try {
    await pipeline(response, meter, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    return { ok: false, why: (error as Error).message }
  }
  return { ok: true, bytes }
}

function open(url: URL, local: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? https().get : httpGet
    const request = get(
      url,
      { lookup: guardedLookup(local), timeout: STALL_MS, headers: { 'user-agent': 'tockwork-emulator' } },
      resolve,
    )
    request.on('timeout', () => request.destroy(new Error('timed out')))
    request.on('error', reject)
  })
}

/** Looks at the address that is really connected to, so that a name cannot point inside. */
export function guardedLookup(local: boolean): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const found = addresses.find(({ address }) => {
        const kind = addressKind(address)
        return kind === 'public' || (local && kind === 'loopback')
      })
      if (found === undefined) return callback(new Error('an internal address'), '', 0)
      if (options.all === true) return callback(null, [found])
      callback(null, found.address, found.family)
    })
  }
}

export function addressKind(address: string): 'public' | 'loopback' | 'internal' {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return addressKind(mapped)
  if (address.includes(':')) {
    const lower = address.toLowerCase()
    if (lower === '::1') return 'loopback'
    // Only global unicast is out in the open.
    return /^[23]/.test(lower) && !lower.startsWith('2001:db8') ? 'public' : 'internal'
  }
  const [a = 0, b = 0] = address.split('.').map(Number)
  if (a === 127) return 'loopback'
  const internal =
    a === 0 ||
    a === 10 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0) ||
    (a === 198 && (b === 18 || b === 19))
  return internal ? 'internal' : 'public'
}

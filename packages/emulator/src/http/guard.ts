import { isIP } from 'node:net'
import { isTikTokHost } from '../proxy/hosts.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import type { Exchange } from './exchange.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Paths of the emulator itself, which TikTok does not have. */
export function isOwn(path: string): boolean {
  return path === '/favicon.ico' || path === '/_emulator' || path.startsWith('/_emulator/')
}

/**
 * Keeps web pages of others from driving the emulator through the browser of the person who runs it: by a form or
 * script of theirs (cross-site request), or under a name of theirs that points to this machine (DNS rebinding).
 * Programs send neither `Origin` nor `Sec-Fetch-Site` and are not concerned. Covers the emulator's own paths and the
 * consent form; TikTok's API takes its credentials from the caller, which a foreign page does not have.
 *
 * @returns the refusal, or undefined when the request may go on
 */
export function refuseForeign(exchange: Exchange, allowedHosts: ReadonlySet<string>): Answer | undefined {
  const own = isOwn(exchange.path)
  const consent = exchange.method === 'POST' && /^\/v2\/auth\/authorize\/?$/.test(exchange.path)
  if (!own && !consent) return undefined
  // Pictures are shown by the apps' pages, under whatever name the emulator has for them.
  if (exchange.path.startsWith('/_emulator/media/')) return undefined
  const host = exchange.header('host') ?? ''
  // A browser always names the origin of a form that it sends; an app's own test posts it under any name.
  if (consent && exchange.header('origin') === undefined && exchange.header('sec-fetch-site') === undefined)
    return undefined
  if (!trustedHost(nameOf(host), allowedHosts))
    return refusal(
      exchange,
      `The Host header names ${nameOf(host).slice(0, 80) || 'nothing'}, which is not this machine. Start the emulator with that name among its allowed hosts if it is meant.`,
    )
  if (READING.has(exchange.method) || !fromElsewhere(exchange, host)) return undefined
  return refusal(
    exchange,
    'This request comes from a web page of another origin. Only pages of the emulator itself may change it from a browser.',
  )
}

/** A literal address cannot be rebound; a name can, unless it always means this machine or is TikTok's through our proxy. */
function trustedHost(name: string, allowedHosts: ReadonlySet<string>): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isIP(name) !== 0 ||
    isTikTokHost(name) ||
    allowedHosts.has(name)
  )
}

function fromElsewhere(exchange: Exchange, host: string): boolean {
  const site = exchange.header('sec-fetch-site')
  // `same-site` is another port of localhost: not ours either. `none`: the person did it, by reloading for instance.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = exchange.header('origin')
  if (origin === undefined) return false
  if (!URL.canParse(origin)) return true
  const from = new URL(origin).host
  // A reverse proxy in front keeps the public name here; a foreign page cannot send this header without asking first.
  return from !== withoutDefaultPort(host) && from !== withoutDefaultPort(exchange.header('x-forwarded-host'))
}

function withoutDefaultPort(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:(80|443)$/, '')
}

function nameOf(host: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(host)?.[1]
  return (bracketed ?? host.replace(/:\d+$/, '')).toLowerCase()
}

function refusal(exchange: Exchange, problem: string): Answer {
  exchange.verdict = 'refused: foreign page'
  exchange.request.resume()
  return jsonAnswer(403, { problem })
}

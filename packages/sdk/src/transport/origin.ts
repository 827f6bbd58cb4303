import { UsageError } from '@tockwork/kernel'

/** Whether a host name can only mean this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}

const TIKTOK_HOST = /^(?:[a-z0-9-]+\.)*(?:tiktokapis|tiktok)\.com$/

/**
 * Checks where TikTok's hosts are to be sent instead. Tokens travel there, so plain http is for this machine only.
 * @throws {UsageError}
 */
export function parseOrigin(origin: string): string {
  const mistake = (message: string): UsageError =>
    new UsageError(`origin ${JSON.stringify(origin)} ${message}`, {
      field: 'origin',
      action: 'Give scheme, host and port only, such as http://localhost:4646.',
    })
  if (!URL.canParse(origin)) throw mistake('is not a URL')
  const url = new URL(origin)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw mistake('must be http or https')
  if (url.username !== '' || url.password !== '') throw mistake('must not hold a user name or password')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw mistake('must have no path, query or fragment')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw mistake('uses plain http, which is allowed for localhost only')
  return url.origin
}

/** Sends an address on one of TikTok's hosts to `origin`; any other address, or no origin, leaves it as it is. */
export function redirectTo(origin: string | undefined, address: string): string {
  if (origin === undefined || !URL.canParse(address)) return address
  const url = new URL(address)
  return TIKTOK_HOST.test(url.hostname) ? `${origin}${url.pathname}${url.search}${url.hash}` : address
}

/** Rules for addresses registered with TikTok, as data and as checks that name the rule. */

/** Source: developers.tiktok.com/doc/login-kit-web, /doc/login-kit-desktop. */
export const redirectUriRules = {
  web: { max: 10, maxLength: 511, schemes: ['https'], hosts: 'any', port: 'optional' },
  desktop: {
    max: 10,
    maxLength: 511,
    schemes: ['https', 'http'],
    hosts: ['localhost', '127.0.0.1'],
    port: 'required',
  },
} as const

/**
 * Mobile apps come back through a link that the system hands to them.
 * Source: developers.tiktok.com/doc/changelog (Android, since 2024-10-08), /doc/mobile-sdk-ios-quickstart.
 */
export const mobileRedirectRules = {
  android: { scheme: 'https', link: 'App Link', since: '2024-10-08' },
  ios: { scheme: 'https', link: 'Universal Link with Associated Domains' },
} as const

/** What is wrong with a redirect URI to be registered; empty when nothing is. */
export function redirectUriProblems(uri: string, platform: 'web' | 'desktop'): string[] {
  const rules = redirectUriRules[platform]
  const problems: string[] = []
  if (uri.length > rules.maxLength) problems.push('must be shorter than 512 characters')
  // `*` is allowed in place of a desktop port, which the URL parser does not know.
  const wildcard = platform === 'desktop' && /^https?:\/\/[^/]+:\*(\/|$)/.test(uri)
  if (!URL.canParse(wildcard ? uri.replace(':*', ':1') : uri)) return [...problems, 'must be an absolute URL']
  const url = new URL(wildcard ? uri.replace(':*', ':1') : uri)
  if (!(rules.schemes as readonly string[]).includes(url.protocol.slice(0, -1)))
    problems.push(`scheme must be ${rules.schemes.join(' or ')}`)
  if (rules.hosts !== 'any' && !(rules.hosts as readonly string[]).includes(url.hostname))
    problems.push('host must be localhost or 127.0.0.1')
  if (rules.port === 'required' && !wildcard && !/^https?:\/\/[^/]+:\d+/.test(uri))
    problems.push('a port is required (`*` stands for any)')
  if (uri.includes('?')) problems.push('must have no query string')
  if (uri.includes('#')) problems.push('must have no fragment')
  return problems
}

/** Addresses that must be verified properties. Source: developers.tiktok.com/doc/getting-started-create-an-app. */
export const urlsToVerify = {
  /** Apps made since that day. */
  newApps: { since: '2024-09-09', urls: ['terms of service', 'privacy policy', 'web or desktop site'] },
  allApps: ['PULL_FROM_URL of Content Posting', 'Link Sharing'],
} as const

/** Source: the media transfer guide. A property is a domain, or a prefix of https URLs ending in a slash. */
export type UrlProperty = { kind: 'domain'; value: string } | { kind: 'prefix'; value: string }

/** What is wrong with a property to be verified; empty when nothing is. */
export function urlPropertyProblems(property: UrlProperty): string[] {
  if (property.kind === 'domain') {
    return /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(property.value) && !isIp(property.value)
      ? []
      : ['must be a host name such as static.example.com']
  }
  if (!URL.canParse(property.value)) return ['must be an absolute URL']
  const url = new URL(property.value)
  const problems: string[] = []
  if (url.protocol !== 'https:') problems.push('scheme must be https')
  if (isIp(url.hostname)) problems.push('host must not be an IP address')
  if (!property.value.endsWith('/')) problems.push('must end with a slash')
  if (url.search !== '' || url.hash !== '') problems.push('must have no query string and no fragment')
  return problems
}

/** Whether a verified property covers an address that TikTok is to pull from. */
export function propertyCovers(property: UrlProperty, address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (property.kind === 'domain') {
    const domain = property.value.toLowerCase()
    return url.hostname === domain || url.hostname.endsWith(`.${domain}`)
  }
  return URL.canParse(property.value) && url.href.startsWith(new URL(property.value).href)
}

/**
 * The DNS record and the file by which ownership is shown. Not on an official page; many public repositories agree.
 */
export const verification = {
  provenance: 'observed',
  /** The file is served under the prefix, as text/plain, and holds the same text as the DNS TXT record. */
  fileContentType: 'text/plain',
  tokenPattern: /^[A-Za-z0-9]{32}$/,
  record: (token: string): string => `tiktok-developers-site-verification=${token}`,
  fileName: (token: string): string => `tiktok${token}.txt`,
}

function isIp(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':') || host.startsWith('[')
}

/** Which addresses webhooks may be sent to: public ones, whatever a name says and whenever it is asked. */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'

export interface Address {
  address: string
  family: number
}

/** All addresses of a name; the system's resolver unless told. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })

/** An address that webhooks are not sent to. */
export class RefusedAddressError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RefusedAddressError'
  }
}

/** Source: IANA IPv4 Special-Purpose Address Registry, with multicast and what is reserved. */
const INTERNAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** Within 2000::/3, outside of which nothing is public. Tunnels (Teredo, 6to4) lead to IPv4 addresses. */
const INTERNAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16']

const internal = new BlockList()
const global6 = new BlockList()
for (const range of INTERNAL_V4) add(internal, range, 'ipv4')
for (const range of INTERNAL_V6) add(internal, range, 'ipv6')
add(global6, '2000::/3', 'ipv6')

function add(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', bits = ''] = range.split('/')
  list.addSubnet(network, Number(bits), family)
}

/** Whether an IP address is one of the open internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !internal.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) belongs to a link. IPv4 in IPv6 (`::ffff:10.0.0.1`, `64:ff9b::`) is outside of 2000::/3.
  if (family !== 6 || address.includes('%')) return false
  return global6.check(address, 'ipv6') && !internal.check(address, 'ipv6')
}

function isLoopbackAddress(address: string): boolean {
  return (isIP(address) === 4 && address.startsWith('127.')) || address === '::1'
}

/** The host of an address, without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function namesLoopback(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

export interface AddressRules {
  /** Hosts that name this machine are allowed, without https too: for work on one machine. */
  toLoopback: boolean
}

/**
 * Looks at an address as it is written. A name may still point inside: that is seen when it is connected to.
 * @returns the address in its one spelling. @throws {RefusedAddressError} with words for a person.
 */
export function checkWebhookUrl(text: string, { toLoopback }: AddressRules): URL {
  const url = URL.parse(text)
  if (url === null) throw new RefusedAddressError('This is not an address such as https://example.com/hooks.')
  const host = hostOf(url)
  const local = toLoopback && namesLoopback(host)
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))
    throw new RefusedAddressError('The address must begin with https://.')
  if (url.username !== '' || url.password !== '')
    throw new RefusedAddressError('The address must not hold a user or a password.')
  if (local) return url
  if (isIP(host) !== 0 ? !isPublicAddress(host) : isInternalName(host))
    throw new RefusedAddressError('The address is an internal one.')
  return url
}

/** Names that are internal by their ending; RFC 6761 and 6762, and ICANN's `internal`. */
function isInternalName(host: string): boolean {
  const name = host.replace(/\.$/, '').toLowerCase()
  return !name.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(name)
}

/**
 * A resolver for one connection: what it answers is what is connected to, so that a name cannot be public when it is
 * looked at and internal when it is used. One internal address among several refuses all.
 */
export function guardedLookup(resolve: Resolve, { toLoopback }: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    const allowed = (address: string): boolean =>
      isPublicAddress(address) || (toLoopback && hostname === 'localhost' && isLoopbackAddress(address))
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) return callback(new RefusedAddressError('The name has no address.'), '', 0)
        if (!addresses.every(({ address }) => allowed(address)))
          return callback(new RefusedAddressError('The name points to an internal address.'), '', 0)
        // Node's own type of the callback knows a list only when `all` is asked for.
        if (options.all === true) return callback(null, [...addresses] as never)
        callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

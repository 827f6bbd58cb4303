/**
 * The X.509 extension that limits what an authority may vouch for (RFC 5280, 4.2.1.10), written by hand in DER: the
 * certificate library has no class for it.
 */
const SEQUENCE = 0x30
const PERMITTED = 0xa0
const EXCLUDED = 0xa1
const DNS_NAME = 0x82
const IP_ADDRESS = 0x87

export const NAME_CONSTRAINTS_OID = '2.5.29.30'

/** Allows these domains with everything below them, and no IP address at all. */
export function nameConstraints(domains: readonly string[]): Uint8Array<ArrayBuffer> {
  const permitted = domains.map((domain) => der(SEQUENCE, der(DNS_NAME, Buffer.from(domain, 'ascii'))))
  // An address and a mask of nothing but zeros: every IPv4 and every IPv6 address.
  const excluded = [8, 32].map((length) => der(SEQUENCE, der(IP_ADDRESS, Buffer.alloc(length))))
  return new Uint8Array(der(SEQUENCE, der(PERMITTED, ...permitted), der(EXCLUDED, ...excluded)))
}

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...length(body.length)]), body])
}

function length(bytes: number): number[] {
  if (bytes < 0x80) return [bytes]
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff]
}

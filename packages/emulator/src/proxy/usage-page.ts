import type { ServerResponse } from 'node:http'
import { tiktokHosts } from './hosts.ts'

/** What the proxy says when somebody opens its own address: how to use it, the certificate, a proxy file for browsers. */
export function usagePage(
  proxy: { url: string; caFile: string; environment: Record<string, string> },
  certificate: string,
  path: string,
  response: ServerResponse,
): void {
  const answer = (type: string, body: string): void => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
  if (path === '/ca.pem') answer('application/x-pem-file', certificate)
  else if (path === '/proxy.pac')
    answer('application/x-ns-proxy-autoconfig', proxyFile(new URL(proxy.url).host))
  else answer('text/plain; charset=utf-8', usage(proxy))
}

function usage(proxy: { url: string; caFile: string; environment: Record<string, string> }): string {
  const lines = Object.entries(proxy.environment).map(([name, value]) => `  export ${name}=${quote(value)}`)
  return `Tockwork proxy: TikTok's host names lead to the emulator.

Any client that honours a proxy runs unchanged with:

${lines.join('\n')}

Java: -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=${new URL(proxy.url).port}, and ${proxy.caFile} imported with keytool.
Browsers: automatic proxy configuration ${proxy.url}/proxy.pac, and ${proxy.url}/ca.pem as an authority.
The certificate can vouch for TikTok's host names and for nothing else.
`
}

/** A proxy auto-configuration file: TikTok to the emulator, all else direct. */
function proxyFile(place: string): string {
  const tests = Object.values(tiktokHosts)
    .flat()
    .map((pattern) => `shExpMatch(host, ${JSON.stringify(pattern)})`)
  return `function FindProxyForURL(url, host) {
  return ${tests.join(' ||\n    ')} ? ${JSON.stringify(`PROXY ${place}`)} : "DIRECT";
}
`
}

function quote(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

import type { Platform } from '../platform.ts'
import { isTikTokHost } from '../proxy/hosts.ts'
import type { Exchange } from './exchange.ts'

const AUTHORITY = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/

/**
 * The platform as the client of this exchange reaches it, so that it can use the addresses in its answers. Whoever came
 * by a host name of TikTok's is sent to TikTok's hosts, as real clients that check them expect; whoever came by another
 * name, such as a container's or a reverse proxy's, stays with that name.
 */
export function seenBy(platform: Platform, exchange: Exchange): Platform {
  if (isTikTokHost(exchange.host))
    return view(platform, 'https://p16-sign.tiktokcdn-us.com', 'https://open-upload.tiktokapis.com')
  if (!AUTHORITY.test(exchange.authority)) return platform
  const scheme = exchange.header('x-forwarded-proto') === 'https' ? 'https' : 'http'
  const here = `${scheme}://${exchange.authority}`
  return here === platform.origin() ? platform : view(platform, here, here)
}

function view(platform: Platform, origin: string, uploadOrigin: string): Platform {
  return Object.assign(Object.create(platform) as Platform, {
    origin: () => origin,
    uploadOrigin: () => uploadOrigin,
  })
}

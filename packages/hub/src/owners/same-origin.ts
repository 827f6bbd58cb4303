import { problem } from '@tockwork/api'

/** What a browser says of where a request comes from. */
type OriginHeaders = Readonly<Record<string, string | undefined>>

/**
 * The origin of a request that a page of this hub makes.
 * @throws {Problem} `wrong_origin` for a page of anybody else's, and for a request that says nothing of its page: browsers
 * do say it of everything but plain reading
 */
export function ownOrigin(headers: OriginHeaders, publicUrl: string): string {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && (site === undefined || site === 'same-origin')) {
    if (origin === new URL(publicUrl).origin) return origin
    // A proxy in front may be reached by another name; the browser says that name twice then.
    if (URL.canParse(origin) && host !== undefined && new URL(origin).host === host) return origin
  }
  throw problem('forbidden_origin', 'This is for the pages of this hub itself.')
}

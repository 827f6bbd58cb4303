/** What an address on www.tiktok.com points to; undefined when it is neither a post nor a profile. */
export function readShareUrl(address: string): { username: string; postId?: string } | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, hostname, pathname } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return undefined
  if (!['www.tiktok.com', 'tiktok.com', 'm.tiktok.com'].includes(hostname)) return undefined
  const match = /^\/@([\w.]{2,24})(?:\/(?:video|photo)\/(\d{1,20}))?\/?$/.exec(pathname)
  if (match === null) return undefined
  const [, username = '', postId] = match
  return { username, ...(postId === undefined ? {} : { postId }) }
}

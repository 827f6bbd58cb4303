/** Origins whose pages may frame ours. */

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What is wrong with an origin; `undefined` when nothing is. It goes into a policy header, so nothing else passes. */
export function originProblem(text: string): string | undefined {
  if (!/^https?:\/\/[a-z0-9.:[\]-]+$/i.test(text) || !URL.canParse(text))
    return 'is no origin such as https://app.example.com, without a path'
  const { origin, protocol, hostname } = new URL(text)
  if (protocol === 'http:' && !LOCAL.has(hostname))
    return 'must begin with https:// (http:// only on this machine)'
  return origin === text ? undefined : `is written ${origin}`
}

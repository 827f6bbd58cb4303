import { Auth } from '@auth/core'
import TikTok from '@auth/core/providers/tiktok'
import { consent } from './browser.mjs'

const [redirect, key, secret] = process.argv.slice(2)
const { origin } = new URL(redirect)
const config = {
  providers: [TikTok({ clientId: key, clientSecret: secret })],
  secret: 'a secret of this test only, long enough',
  trustHost: true,
  basePath: '/auth',
}
const jar = new Map()
async function visit(path, form) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const request = new Request(new URL(path, origin), {
    headers: { cookie },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  })
  const answer = await Auth(request, config)
  for (const line of answer.headers.getSetCookie()) {
    const [pair] = line.split(';')
    jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  return answer
}

const { csrfToken } = await (await visit('/auth/csrf')).json()
const toTikTok = (await visit('/auth/signin/tiktok', { csrfToken, callbackUrl: origin })).headers.get(
  'location',
)
const back = await consent(toTikTok)
const landed = await visit(back.pathname + back.search)
const session = await (await visit('/auth/session')).json()
const authorize = new URL(toTikTok)
console.log(
  JSON.stringify({
    host: authorize.host,
    challenge: authorize.searchParams.get('code_challenge')?.length ?? 0,
    landed: landed.headers.get('location'),
    user: session?.user?.name,
    image: session?.user?.image,
  }),
)

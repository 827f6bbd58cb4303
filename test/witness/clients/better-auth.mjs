import { tiktok } from '@better-auth/core/social-providers'
import { consent } from './browser.mjs'

const [redirect, key, secret] = process.argv.slice(2)
const provider = tiktok({ clientKey: key, clientSecret: secret })
// As the library's sign-in calls it: a verifier is always made, and this provider sends no challenge for it.
const codeVerifier = 'x'.repeat(128)
const url = await provider.createAuthorizationURL({ state: 'state-1', codeVerifier, redirectURI: redirect })
const back = await consent(url)
const code = back.searchParams.get('code')
const tokens = await provider.validateAuthorizationCode({ code, codeVerifier, redirectURI: redirect })
const refreshed = await provider.refreshAccessToken(tokens.refreshToken)
const info = await provider.getUserInfo(refreshed)
console.log(
  JSON.stringify({ scopes: back.searchParams.get('scopes'), name: info?.user.name, image: info?.user.image }),
)

import * as oauth from 'oauth4webapi'
import { consent } from './browser.mjs'

const [redirect, key, secret] = process.argv.slice(2)
const server = {
  issuer: 'https://www.tiktok.com',
  authorization_endpoint: 'https://www.tiktok.com/v2/auth/authorize/',
  token_endpoint: 'https://open.tiktokapis.com/v2/oauth/token/',
  revocation_endpoint: 'https://open.tiktokapis.com/v2/oauth/revoke/',
}
const client = { client_id: key }
/** Its door for servers with names of their own: TikTok calls the client's id `client_key`. */
const asTikTokWants = (_server, _client, body) => {
  body.set('client_key', key)
  body.set('client_secret', secret)
}
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const authorize = new URL(server.authorization_endpoint)
authorize.search = new URLSearchParams({
  client_key: key,
  response_type: 'code',
  redirect_uri: redirect,
  scope: 'user.info.basic',
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
})
const callback = oauth.validateAuthResponse(server, client, await consent(authorize.href), state)
const granted = await oauth.processAuthorizationCodeResponse(
  server,
  client,
  await oauth.authorizationCodeGrantRequest(server, client, asTikTokWants, callback, redirect, verifier),
)
const refreshed = await oauth.processRefreshTokenResponse(
  server,
  client,
  await oauth.refreshTokenGrantRequest(server, client, asTikTokWants, granted.refresh_token),
)
const info = await oauth.protectedResourceRequest(
  refreshed.access_token,
  'GET',
  new URL('https://open.tiktokapis.com/v2/user/info/?fields=display_name'),
)
const { data } = await info.json()
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, asTikTokWants, refreshed.access_token),
)
console.log(
  JSON.stringify({ type: granted.token_type, expires: granted.expires_in, user: data.user.display_name }),
)

import { generateCodeVerifier, generateState, TikTok } from 'arctic'
import { consent } from './browser.mjs'

const [redirect, key, secret] = process.argv.slice(2)
const tiktok = new TikTok(key, secret, redirect)
const state = generateState()
const verifier = generateCodeVerifier()
const back = await consent(tiktok.createAuthorizationURL(state, verifier, ['user.info.basic', 'video.list']))
const tokens = await tiktok.validateAuthorizationCode(back.searchParams.get('code'), verifier)
const refreshed = await tiktok.refreshAccessToken(tokens.refreshToken())
const answer = await fetch('https://open.tiktokapis.com/v2/user/info/?fields=open_id,display_name', {
  headers: { authorization: `Bearer ${refreshed.accessToken()}` },
})
const { data } = await answer.json()
await tiktok.revokeToken(refreshed.accessToken())
const after = await fetch('https://open.tiktokapis.com/v2/user/info/?fields=open_id', {
  headers: { authorization: `Bearer ${refreshed.accessToken()}` },
})
const failed = await tiktok.validateAuthorizationCode('nonsense', verifier)
let refused = failed.data.error
try {
  failed.accessToken()
  refused = 'took a failure for tokens'
} catch {
  // As it should be.
}
console.log(
  JSON.stringify({
    stateCameBack: back.searchParams.get('state') === state,
    expiresIn: Math.round((tokens.accessTokenExpiresAt().getTime() - Date.now()) / 1000),
    scopes: tokens.hasScopes() ? tokens.scopes() : [],
    user: data.user.display_name,
    afterRevoke: after.status,
    refused,
  }),
)

import passportTikTok from 'passport-tiktok-auth'
import { consent } from './browser.mjs'

const [redirect, key, secret] = process.argv.slice(2)
const scope = ['user.info.basic', 'user.info.profile', 'user.info.stats']
const strategy = new passportTikTok.Strategy(
  { clientID: key, clientSecret: secret, callbackURL: redirect, scope, state: false },
  (accessToken, refreshToken, profile, done) => done(null, { accessToken, refreshToken, profile }),
)

/** What passport does with a strategy: one request in, one of four outcomes. */
function authenticate(query) {
  return new Promise((resolve, reject) => {
    const run = Object.create(strategy)
    run.redirect = (location) => resolve({ location })
    run.success = (user) => resolve({ user })
    run.fail = (challenge) => reject(new Error(`fail: ${JSON.stringify(challenge)}`))
    run.error = reject
    run.authenticate({ query, session: {}, headers: {}, url: '/', connection: {} }, {})
  })
}

const { location } = await authenticate({})
const back = await consent(location)
const { user } = await authenticate(Object.fromEntries(back.searchParams))
console.log(
  JSON.stringify({
    token: user.accessToken.slice(0, 4),
    refresh: user.refreshToken.slice(0, 4),
    username: user.profile.username,
    followers: user.profile.followerCount,
  }),
)

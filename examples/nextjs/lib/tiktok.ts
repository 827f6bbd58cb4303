import { TikTok } from '@tockwork/sdk'
import { FileTokenStore } from '@tockwork/sdk/node'

/** Where TikTok sends people back to: registered with the app, to the letter. */
export const redirectUri = () => `${process.env.APP_URL ?? 'http://localhost:3000'}/api/tiktok/callback`

/** A client for each request costs nothing; tokens are in the store. Serverless: a store over your database. */
export const tiktok = () =>
  new TikTok({
    clientKey: process.env.TIKTOK_CLIENT_KEY ?? 'tw-demo-app',
    clientSecret: process.env.TIKTOK_CLIENT_SECRET ?? 'tw-demo-secret',
    redirectUri: redirectUri(),
    tokens: new FileTokenStore(process.env.TOKEN_DIR ?? '.tokens'),
    origin: process.env.TOCKWORK_TIKTOK_ORIGIN,
  })

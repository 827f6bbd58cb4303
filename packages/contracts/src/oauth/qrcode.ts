import * as z from 'zod/mini'
import { commaList, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'

const PAGE = 'https://developers.tiktok.com/doc/login-kit-qr-code-authorization'
const base = {
  host: 'open.tiktokapis.com',
  method: 'POST',
  auth: 'app',
  encoding: 'form',
  envelope: 'flat',
  doc: { url: PAGE },
} as const

export const getQrCode = defineEndpoint({
  ...base,
  id: 'oauth.getQrCode',
  title: 'Get a QR code to log in with the TikTok app',
  path: '/v2/oauth/get_qrcode/',
  auth: 'none',
  input: z.looseObject({ client_key: z.string(), scope: commaList(), state: z.optional(z.string()) }),
  output: z.looseObject({
    /** Replace `client_ticket=tobefilled` by a ticket of your own before drawing it. */
    scan_qrcode_url: z.string(),
    token: z.string(),
  }),
  errors: ['invalid_client', 'invalid_request', 'invalid_scope', 'server_error'],
  repeat: 'safe',
})

export const qrCodeStatuses = ['new', 'scanned', 'confirmed', 'expired', 'utilised'] as const

export const checkQrCode = defineEndpoint({
  ...base,
  id: 'oauth.checkQrCode',
  title: 'Ask whether a QR code was scanned and confirmed',
  path: '/v2/oauth/check_qrcode/',
  input: z.looseObject({ client_key: z.string(), client_secret: z.string(), token: z.string() }),
  output: z.looseObject({
    status: openEnum(qrCodeStatuses),
    /** Must be the ticket you put into the code; refuse the answer otherwise. */
    client_ticket: z.string(),
    redirect_uri: z.optional(z.string()),
    code: z.optional(z.string()),
    state: z.optional(z.string()),
  }),
  errors: ['invalid_client', 'invalid_request', 'server_error'],
  repeat: 'safe',
})

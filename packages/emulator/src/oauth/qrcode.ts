import { scopes as allScopes } from '@tockwork/contracts'
import { checkQrCode, getQrCode } from '@tockwork/contracts/oauth'
import * as z from 'zod/mini'
import { bad, ok, withBody } from '../control/routes.ts'
import type { Handlers } from '../endpoint/handlers.ts'
import type { Answer } from '../http/answer.ts'
import type { Router } from '../http/router.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { AppRow, QrRow } from '../state/model.ts'
import { allow, eligibleCreators } from './consent.ts'

export const qrCodeEndpoints = { getQrCode, checkQrCode }

/** How long a code can be scanned and confirmed; TikTok's page does not say (assumed). */
const QR_SECONDS = 300
const FORGET_MS = 86_400_000
/** What the client replaces by a ticket of its own before it draws the code. */
const PLACEHOLDER = 'tobefilled'
const MAX_TICKET = 512

/** The client's side: https://developers.tiktok.com/doc/login-kit-qr-code-authorization */
export const qrCodeHandlers: Handlers<typeof qrCodeEndpoints> = {
  getQrCode({ platform, app, input, fail }) {
    const { world, clock, ids } = platform
    if (input.scope.length === 0) throw fail('invalid_scope', 'scope: is required')
    for (const scope of input.scope) {
      if (!Object.hasOwn(allScopes, scope)) throw fail('invalid_scope', `scope: ${scope} is unknown`)
      if (!app.scopes.includes(scope))
        throw fail('invalid_scope', `scope: ${scope} is not approved for this app`)
    }
    for (const old of world.qrCodes.values())
      if (old.expiresAt < clock.now() - FORGET_MS) world.qrCodes.delete(old.id)
    const token = ids.token('')
    world.qrCodes.put({
      id: token,
      clientKey: app.id,
      scopes: input.scope,
      ...(input.state === undefined ? {} : { state: input.state }),
      ticket: '',
      status: 'new',
      redirectUri: redirectUriOf(app),
      expiresAt: clock.now() + QR_SECONDS * 1000,
    })
    const query = new URLSearchParams({
      authType: '100',
      client_key: app.id,
      client_ticket: PLACEHOLDER,
      scope: input.scope.join(','),
      qrcode_token: token,
    })
    return { scan_qrcode_url: `aweme://authorize?${query}`, token }
  },

  checkQrCode({ platform, app, input, fail }) {
    const row = platform.world.qrCodes.get(input.token)
    if (row === undefined || row.clientKey !== app.id) throw fail('invalid_request', 'token: is unknown')
    const { status, ticket } = current(platform, row)
    if (status !== 'confirmed' || row.code === undefined) return { status, client_ticket: ticket }
    // The code is handed out once; who asks again learns that it was.
    platform.world.qrCodes.patch(row, { status: 'utilised' })
    const redirect = new URL(row.redirectUri as string)
    redirect.searchParams.set('code', row.code)
    if (row.state !== undefined) redirect.searchParams.set('state', row.state)
    return {
      status,
      client_ticket: ticket,
      redirect_uri: redirect.href,
      code: row.code,
      ...(row.state === undefined ? {} : { state: row.state }),
    }
  },
}

/** The address that the code must be exchanged with: the first registered one that is not a pattern (assumed). */
function redirectUriOf(app: AppRow): string {
  const uri = app.redirectUris.find((pattern) => !pattern.includes('*'))
  if (uri === undefined)
    throw new Refusal('invalid_request', 'The app has no registered redirect URI without a wildcard.')
  return uri
}

/** The row as of now: time alone ends a code that nobody confirmed. */
function current({ world, clock }: Platform, row: QrRow): QrRow {
  const waiting = row.status === 'new' || row.status === 'scanned'
  return waiting && row.expiresAt <= clock.now()
    ? world.qrCodes.patch(row, { status: 'expired', ticket: '' })
    : row
}

const scanSpec = z.strictObject({
  /** What the drawn code says, with the client's ticket in it. */
  scan_qrcode_url: z.optional(z.string()),
  /** Or its parts. */
  token: z.optional(z.string()),
  client_ticket: z.optional(z.string()),
})

const confirmSpec = z.strictObject({
  scan_qrcode_url: z.optional(z.string()),
  token: z.optional(z.string()),
  /** Username of the creator who holds the phone. */
  user: z.string(),
  deny_scopes: z.optional(z.array(z.string())),
})

/** The phone's side, over the control API: `POST /_emulator/qrcode/scan` and `…/confirm`. */
export function addQrCodeRoutes(router: Router, platform: Platform): void {
  router.add('GET', '/_emulator/qrcode', () =>
    ok({ qrcodes: [...platform.world.qrCodes.values()].map((row) => current(platform, row)) }),
  )
  router.add(
    'POST',
    '/_emulator/qrcode/scan',
    withBody(scanSpec, (body) => scan(platform, body)),
  )
  router.add(
    'POST',
    '/_emulator/qrcode/confirm',
    withBody(confirmSpec, (body) => confirm(platform, body)),
  )
}

function scan(platform: Platform, body: z.output<typeof scanSpec>): Answer {
  const found = find(platform, body)
  if (typeof found === 'string') return bad(found)
  const { row, ticket } = found
  if (ticket === undefined || ticket === '') return bad('client_ticket: is missing')
  if (ticket === PLACEHOLDER)
    return bad(`client_ticket: replace ${PLACEHOLDER} by a ticket of your own before drawing the code`)
  if (encodeURIComponent(ticket).length >= MAX_TICKET)
    return bad(`client_ticket: must be shorter than ${MAX_TICKET} characters when URL-encoded`)
  if (row.status !== 'new') return bad(`the code is ${row.status}`)
  platform.world.qrCodes.patch(row, { status: 'scanned', ticket })
  return ok({ status: 'scanned', client_ticket: ticket, scopes: row.scopes })
}

function confirm(platform: Platform, body: z.output<typeof confirmSpec>): Answer {
  const found = find(platform, body)
  if (typeof found === 'string') return bad(found)
  const { row } = found
  if (row.status !== 'scanned')
    return bad(`the code is ${row.status}${row.status === 'new' ? ': scan it first' : ''}`)
  const app = platform.world.apps.get(row.clientKey)
  if (app === undefined) return bad('the app of this code is gone')
  const creator = eligibleCreators(platform, app).find((one) => one.id === body.user)
  if (creator === undefined)
    return bad(`user: ${body.user} is not among the accounts that may authorize this app`)
  const request = {
    app,
    scopes: row.scopes,
    redirectUri: row.redirectUri as string,
    state: row.state,
    challenge: undefined,
  }
  const granted = row.scopes.filter((scope) => body.deny_scopes?.includes(scope) !== true)
  const code = new URL(allow(platform, request, creator, granted)).searchParams.get('code') as string
  platform.world.qrCodes.patch(row, { status: 'confirmed', code })
  return ok({ status: 'confirmed', client_ticket: row.ticket })
}

interface Named {
  scan_qrcode_url?: string | undefined
  token?: string | undefined
  client_ticket?: string | undefined
}

function find(platform: Platform, body: Named): { row: QrRow; ticket: string | undefined } | string {
  const drawn = body.scan_qrcode_url
  if (drawn !== undefined && !/^aweme:\/\/authorize\?/.test(drawn))
    return 'scan_qrcode_url: must begin with aweme://authorize?'
  const query = new URLSearchParams(drawn?.slice(drawn.indexOf('?') + 1) ?? '')
  const token = body.token ?? query.get('qrcode_token')
  if (token === null) return 'token: give the token, or scan_qrcode_url'
  const row = platform.world.qrCodes.get(token)
  if (row === undefined) return 'token: there is no such code'
  return {
    row: current(platform, row),
    ticket: body.client_ticket ?? query.get('client_ticket') ?? undefined,
  }
}

/** A plain client for tests: fetch, and nothing of the SDK. */
import { createHash } from 'node:crypto'
import { parseJson } from '@tockwork/kernel'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.ts'

export const REDIRECT = 'https://example.com/callback'
const ALL_SCOPES = 'user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload'
export const DEMO = { client_key: 'tw-demo-app', client_secret: 'tw-demo-secret' }
export const UNAUDITED = { client_key: 'tw-unaudited-app', client_secret: 'tw-unaudited-secret' }

export interface Answered {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  body: any
}

/** An emulator whose time stands still at a known moment, with repeatable ids. */
export function frozenEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ frozen: true, seed: 'test', now: '2026-11-24T12:00:00Z', ...options })
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  let body: unknown
  try {
    body = parseJson(text)
  } catch {
    body = undefined
  }
  return { status: response.status, headers: response.headers, text, body }
}

export function authorizeUrl(emulator: Emulator, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_key: DEMO.client_key,
    response_type: 'code',
    scope: ALL_SCOPES,
    redirect_uri: REDIRECT,
    state: 'state-1',
    ...parameters,
  })
  return `${emulator.origin}/v2/auth/authorize/?${query}`
}

/** Consents as a user and gives the callback's parameters. */
export async function consent(
  emulator: Emulator,
  user: string,
  parameters: Record<string, string> = {},
  denyScopes: string[] = [],
): Promise<URLSearchParams> {
  const { body } = await send(emulator, 'POST', '/_emulator/authorize', {
    json: { authorize_url: authorizeUrl(emulator, parameters), user, deny_scopes: denyScopes },
  })
  return new URL(body.redirect_url).searchParams
}

export async function form(
  emulator: Emulator,
  path: string,
  fields: Record<string, string>,
): Promise<Answered> {
  return answered(await fetch(emulator.origin + path, { method: 'POST', body: new URLSearchParams(fields) }))
}

export async function send(
  emulator: Emulator,
  method: string,
  path: string,
  options: { json?: unknown; headers?: Record<string, string>; body?: Uint8Array | string } = {},
): Promise<Answered> {
  const { json, headers, body } = options
  const response = await fetch(path.startsWith('http') ? path : emulator.origin + path, {
    method,
    redirect: 'manual',
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body: body as BodyInit }),
  })
  return answered(response)
}

export const exchange = (emulator: Emulator, code: string, more: Record<string, string> = {}, app = DEMO) =>
  form(emulator, '/v2/oauth/token/', {
    ...app,
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    ...more,
  })

export const refresh = (emulator: Emulator, token: string, app = DEMO) =>
  form(emulator, '/v2/oauth/token/', { ...app, grant_type: 'refresh_token', refresh_token: token })

/** A connected creator, with calls as them. */
export async function connect(
  emulator: Emulator,
  user = 'mika',
  options: { scope?: string; app?: typeof DEMO } = {},
) {
  const app = options.app ?? DEMO
  const callback = await consent(emulator, user, {
    client_key: app.client_key,
    ...(options.scope === undefined ? {} : { scope: options.scope }),
  })
  const { body: tokens } = await exchange(emulator, callback.get('code') ?? '', {}, app)
  const as = (path: string, json: unknown = {}, method = 'POST') =>
    send(emulator, method, path, {
      ...(method === 'GET' ? {} : { json }),
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
  return { tokens, as, get: (path: string) => as(path, undefined, 'GET'), openId: tokens.open_id as string }
}

export type Connected = Awaited<ReturnType<typeof connect>>

export const hexChallenge = (verifier: string): string => createHash('sha256').update(verifier).digest('hex')

export function directPost(bytes: number, info: Record<string, unknown> = {}, chunkSize = bytes) {
  return {
    post_info: { title: 'a clip', privacy_level: 'PUBLIC_TO_EVERYONE', ...info },
    source_info: {
      source: 'FILE_UPLOAD',
      video_size: bytes,
      chunk_size: chunkSize,
      total_chunk_count: Math.floor(bytes / chunkSize),
    },
  }
}

export function put(
  emulator: Emulator,
  url: string,
  bytes: Uint8Array,
  range: string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return send(emulator, 'PUT', url, {
    body: bytes,
    headers: { 'content-type': 'video/mp4', 'content-range': range, ...headers },
  })
}

/** Init, one PUT, and the time it takes; gives the publish id and the final status. */
export async function publish(
  emulator: Emulator,
  creator: Connected,
  clip: Uint8Array,
  info: Record<string, unknown> = {},
  path = '/v2/post/publish/video/init/',
) {
  const init = await creator.as(path, directPost(clip.length, info))
  if (init.body.error.code !== 'ok') return { init, status: init }
  await put(emulator, init.body.data.upload_url, clip, `bytes 0-${clip.length - 1}/${clip.length}`)
  await emulator.advance(10)
  const status = await creator.as('/v2/post/publish/status/fetch/', { publish_id: init.body.data.publish_id })
  return { init, status, publishId: init.body.data.publish_id as string }
}

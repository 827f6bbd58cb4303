/** `webhooks listen` and `webhooks verify`. */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { signature as signatureRules } from '@tockwork/contracts/webhooks'
import { type Clock, Secret, TockworkError, UsageError } from '@tockwork/kernel'
import { verifyWebhook, type WebhookEvent } from '@tockwork/sdk'
import { parsePort } from '../config.ts'
import type { Context } from '../context.ts'
import { Control } from '../control.ts'
import { exitCodes } from '../exit-codes.ts'
import { LocalError, Reported, reportFailure } from '../output/failure.ts'
import { chooseTarget, isLocal, secretOf, type Target } from '../target.ts'
import { stopped } from './emulate.ts'

const MAX_BODY = 1024 * 1024

export interface ListenOptions {
  port?: string
  secret?: string
  app?: string
  count?: string
}

export async function listen(context: Context, options: ListenOptions): Promise<void> {
  const { out, signal } = context
  const port = parsePort(options.port ?? '0', '--port')
  const most = readCount(options.count)
  const target = options.secret === undefined ? await chooseTarget(context, options.app) : undefined
  const secret = target === undefined ? new Secret(options.secret as string) : await secretOf(context, target)
  const control =
    target !== undefined && isLocal(target.origin) ? new Control(context, target.origin) : undefined
  const enough = new AbortController()
  let received = 0
  const server = createServer((request, response) => {
    void (async () => {
      const answer = (status: number, text: string): void => {
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
      }
      if (request.method !== 'POST') return answer(405, 'TikTok delivers webhooks by POST.')
      const body = await readAll(request)
      if (body === undefined) return answer(413, 'too large')
      try {
        const event = await verifyWebhook({
          body,
          signature: header(request),
          secret,
          clock: await clockOf(context, control),
        })
        answer(200, 'ok')
        printEvent(context, event)
        received += 1
        if (received === most) enough.abort()
      } catch (error) {
        answer(401, 'not accepted')
        if (out.json) out.item({ error: error instanceof TockworkError ? error.toJSON() : String(error) }, '')
        else reportFailure(out, error)
      }
    })()
  })
  const url = await start(server, port)
  const unregister = await register(context, target, control, url)
  const how =
    unregister === undefined
      ? `Register an address that leads to ${url} in the portal (a tunnel, for the real TikTok).`
      : `${target?.app.clientKey} at ${target?.name} sends its webhooks here.`
  if (out.json) out.item({ listening: url, registered: unregister !== undefined }, '')
  else out.note(`Listening at ${url}. ${how} Ctrl-C stops it.`)
  try {
    await stopped(AbortSignal.any([signal, enough.signal]))
  } finally {
    await unregister?.()
    server.closeAllConnections()
    await new Promise<void>((done) => server.close(() => done()))
  }
}

export interface VerifyOptions {
  secret?: string
  signature: string
  bodyFile: string
  tolerance?: string
}

export async function verify(context: Context, options: VerifyOptions): Promise<void> {
  const { out, cwd, clock, config } = context
  const secret = options.secret ?? config.clientSecret
  if (secret === undefined) {
    throw new UsageError('--secret is missing: the client secret of the app.', {
      field: '--secret',
      action: 'Or set TIKTOK_CLIENT_SECRET.',
    })
  }
  const tolerance = options.tolerance === undefined ? undefined : Number(options.tolerance)
  if (tolerance !== undefined && !(tolerance >= 0)) {
    throw new UsageError(`--tolerance is ${options.tolerance}; seconds are needed.`, { field: '--tolerance' })
  }
  const body = await readFile(resolve(cwd, options.bodyFile)).catch((cause: Error) => {
    throw new UsageError(`--body-file ${options.bodyFile}: ${cause.message}`, { field: '--body-file', cause })
  })
  try {
    const event = await verifyWebhook({
      body,
      signature: options.signature,
      secret,
      toleranceSeconds: tolerance,
      clock,
    })
    out.result({ ok: true, event }, [`${out.style('green', '✓')} The signature is right.`, lineOf(event)])
  } catch (error) {
    if (!(error instanceof TockworkError)) throw error
    out.result({ ok: false, problem: error.code, message: error.message, action: error.action ?? null }, [
      `${out.style('red', '✗')} ${error.message}`,
      ...(error.action === undefined ? [] : [`  ${error.action}`]),
    ])
    throw new Reported(exitCodes.failure)
  }
}

/** An emulator that runs on this machine is told where to send; what was there before is put back at the end. */
async function register(
  context: Context,
  target: Target | undefined,
  control: Control | undefined,
  url: string,
): Promise<(() => Promise<void>) | undefined> {
  if (target === undefined || control === undefined) return undefined
  const path = `apps/${encodeURIComponent(target.app.clientKey)}`
  const before = (await control.send('GET', path)) as { webhook_url?: string }
  await control.send('PATCH', path, { webhook_url: url })
  return async () => {
    // The command's own signal has been raised by now.
    const last = new Control({ ...context, signal: AbortSignal.timeout(2000) }, control.origin)
    await last.send('PATCH', path, { webhook_url: before.webhook_url ?? '' }).catch((error: Error) => {
      context.out.note(`The emulator still has ${url} as webhook address: ${error.message}`)
    })
  }
}

/** The emulator signs with its own time, which may have been moved. */
async function clockOf({ clock }: Context, control: Control | undefined): Promise<Clock> {
  if (control === undefined) return clock
  const { now } = (await control.send('GET', 'clock')) as { now: string }
  const at = new Date(now).getTime()
  return { now: () => at, sleep: (ms, signal) => clock.sleep(ms, signal) }
}

async function start(server: Server, port: number): Promise<string> {
  await new Promise<void>((done, reject) => {
    server.once('error', (cause) => {
      reject(
        new LocalError(`Port ${port} cannot be used: ${cause.message}`, {
          code: 'port_taken',
          action: 'Choose another one with --port, or leave it out for any free one.',
          cause,
        }),
      )
    })
    server.listen(port, '127.0.0.1', () => done())
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function printEvent({ out }: Context, event: WebhookEvent): void {
  out.item(event, lineOf(event))
}

function lineOf(event: WebhookEvent): string {
  const content = typeof event.content === 'string' ? event.content : JSON.stringify(event.content, bigints)
  const time = new Date(event.create_time * 1000).toISOString().slice(0, 19)
  return `${time}  ${event.event}  ${event.user_openid ?? '-'}  ${content}`
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function header(request: IncomingMessage): string | undefined {
  const value = request.headers[signatureRules.header.toLowerCase()]
  return Array.isArray(value) ? value[0] : value
}

async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > MAX_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`--count is ${JSON.stringify(text)}; a whole number from 1 is needed.`, {
    field: '--count',
  })
}

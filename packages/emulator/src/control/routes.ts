import { type FailReason, failReasons } from '@tockwork/contracts'
import { privacyLevels } from '@tockwork/contracts/posting'
import { removalReasons } from '@tockwork/contracts/webhooks'
import * as z from 'zod/mini'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Exchange, RawHandler } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { consentAs } from '../oauth/consent.ts'
import { endGrant } from '../oauth/tokens.ts'
import { gradientPng } from '../pages/picture.ts'
import type { Platform } from '../platform.ts'
import { changePrivacy, failPublish, isFinal, postFromInbox } from '../posting/life-cycle.ts'
import { defaultSettings, type Settings, settingChoices, settingShares } from '../settings.ts'
import { isShopConsent } from '../shop/routes.ts'
import { plant, seedSpec } from '../state/seed.ts'
import { LATEST } from '../time/virtual-clock.ts'
import { resend } from '../webhooks/delivery.ts'
import { type Faults, faultSpec } from './faults.ts'
import type { RequestLog } from './request-log.ts'

const failReasonNames = Object.keys(failReasons) as FailReason[]

export interface Control {
  platform: Platform
  faults: Faults
  log: RequestLog
  reset: () => Promise<void>
  snapshot: () => unknown
  restore: (snapshot: unknown) => Promise<void>
  advance: (seconds: number) => Promise<void>
}

/** The emulator's own API under `/_emulator/`. */
export function addControlRoutes(router: Router, control: Control): void {
  const { platform, faults, log } = control
  const { world, clock } = platform
  const on = (method: string, path: string, handler: RawHandler): void =>
    router.add(method, `/_emulator/${path}`, handler)
  const clockState = () => ({
    now: new Date(clock.now()).toISOString(),
    frozen: clock.frozen,
    offset_seconds: Math.round(clock.offset / 1000),
  })

  on('GET', 'health', () => ok({ ok: true, ...clockState() }))
  on('POST', 'reset', async () => {
    await control.reset()
    return ok({ ok: true })
  })

  on('GET', 'clock', () => ok(clockState()))
  const clockSpec = z.union([
    z.strictObject({ advance_seconds: z.number().check(z.minimum(0)) }),
    z.strictObject({ now: z.iso.datetime({ offset: true }) }),
    z.strictObject({ frozen: z.boolean() }),
  ])
  on(
    'POST',
    'clock',
    withBody(clockSpec, async (body) => {
      if ('now' in body) {
        const target = new Date(body.now).getTime()
        if (target < clock.now()) return bad('now: time does not run backwards')
        if (target > LATEST) return bad(`now: time ends at ${new Date(LATEST).toISOString()}`)
        await control.advance((target - clock.now()) / 1000)
      } else if ('frozen' in body) clock.freeze(body.frozen)
      else if (clock.now() + body.advance_seconds * 1000 > LATEST)
        return bad(`advance_seconds: time ends at ${new Date(LATEST).toISOString()}`)
      else await control.advance(body.advance_seconds)
      return ok(clockState())
    }),
  )

  on('GET', 'faults', () => ok({ faults: faults.list() }))
  on(
    'POST',
    'faults',
    withBody(faultSpec, (body) => ok(faults.add(body))),
  )
  on('DELETE', 'faults', () => {
    faults.remove()
    return ok({ ok: true })
  })
  on('DELETE', 'faults/:id', (_exchange, params) => {
    faults.remove(params.id ?? '')
    return ok({ ok: true })
  })

  on('GET', 'requests', (exchange) => ok({ requests: log.list(Number(exchange.query.get('limit') ?? 500)) }))
  on('DELETE', 'requests', () => {
    log.clear()
    return ok({ ok: true })
  })

  const authorizeSpec = z.strictObject({
    authorize_url: z.string(),
    user: z.string(),
    deny_scopes: z.optional(z.array(z.string())),
    deny: z.optional(z.boolean()),
  })
  on(
    'POST',
    'authorize',
    withBody(authorizeSpec, async (body) => {
      const url = URL.canParse(body.authorize_url) ? new URL(body.authorize_url) : undefined
      if (url !== undefined && isShopConsent(url.pathname)) {
        const { consentToShop } = await import('../shop/oauth.ts')
        const visit = consentToShop(platform, url.pathname, url.searchParams, body.user, {
          deny: body.deny ?? false,
          denyScopes: body.deny_scopes ?? [],
        })
        return 'problem' in visit ? bad(visit.problem) : ok({ redirect_url: visit.redirectUrl })
      }
      const outcome = consentAs(platform, body.authorize_url, body.user, {
        deny: body.deny ?? false,
        denyScopes: body.deny_scopes ?? [],
      })
      return 'problem' in outcome ? bad(outcome.problem) : ok({ redirect_url: outcome.redirectUrl })
    }),
  )

  on('GET', 'snapshot', () => jsonAnswer(200, control.snapshot()))
  on('PUT', 'snapshot', async (exchange) => {
    let value: unknown
    try {
      value = JSON.parse((await exchange.body()).toString('utf8'))
    } catch {
      return bad('the snapshot is not JSON')
    }
    try {
      await control.restore(value)
    } catch (error) {
      if (error instanceof TypeError) return bad(error.message)
      throw error
    }
    return ok({ ok: true })
  })
  on('POST', 'seed', async (exchange) => {
    let value: unknown
    const { parse: parseYaml } = await import('yaml')
    try {
      // JSON is YAML too.
      value = parseYaml((await exchange.body()).toString('utf8'), { maxAliasCount: 20 })
    } catch (error) {
      return bad(`the seed is not YAML: ${(error as Error).message.split('\n')[0]}`)
    }
    const read = z.safeParse(seedSpec, value)
    if (!read.success) return bad(explain(read.error))
    plant(platform, read.data)
    return ok({ apps: world.apps.size, creators: world.creators.size })
  })

  on('GET', 'settings', () => ok(platform.settings))
  on(
    'POST',
    'settings',
    withBody(z.record(z.string(), z.unknown()), (change) => {
      const problem = applySettings(platform.settings, change)
      return problem === undefined ? ok(platform.settings) : bad(problem)
    }),
  )

  on('GET', 'publishes', () =>
    ok({ publishes: [...world.publishes.values()].map((post) => ({ ...post, final: isFinal(post) })) }),
  )
  on('POST', 'publishes/:id/post', (_exchange, params) => {
    const post = world.publishes.get(params.id ?? '')
    if (post?.state !== 'SEND_TO_USER_INBOX' || post.discardedAt !== undefined)
      return bad('there is no draft of that id in an inbox')
    postFromInbox(platform, post)
    return ok(post)
  })
  /** Ends a post under way with one of TikTok's reasons, such as those of its own judgement: `spam_risk`, `spam_risk_text`. */
  on('POST', 'publishes/:id/fail', async (exchange, params) => {
    const post = world.publishes.get(params.id ?? '')
    if (post === undefined || isFinal(post)) return bad('there is no post of that id under way')
    return withBody(z.strictObject({ reason: z.enum(failReasonNames) }), ({ reason }) => {
      failPublish(platform, post, reason)
      return ok(post)
    })(exchange)
  })
  on('GET', 'videos', () => ok({ videos: [...world.videos.values()] }))
  /** The creator changes in the app who may see a post. */
  on('PATCH', 'videos/:id', async (exchange, params) => {
    const video = world.videos.get(params.id ?? '')
    if (video === undefined) return bad('there is no such video')
    return withBody(z.strictObject({ privacy: z.enum(privacyLevels) }), ({ privacy }) => {
      changePrivacy(platform, video, privacy)
      return ok(video)
    })(exchange)
  })
  on('GET', 'grants', () =>
    ok({
      grants: [...world.grants.values()].map((grant) => ({
        ...grant,
        access_tokens: world.accessTokens.where('grant', grant.id).length,
        refresh_tokens: world.refreshTokens.where('grant', grant.id).length,
      })),
    }),
  )
  /** The user disconnects the app in TikTok. */
  on('DELETE', 'grants/:id', (exchange, params) => {
    const grant = world.grants.get(params.id ?? '')
    if (grant === undefined) return bad('there is no such grant')
    const reason = Number(exchange.query.get('reason') ?? 1)
    if (!Object.hasOwn(removalReasons, reason))
      return bad(`reason: must be one of ${Object.keys(removalReasons).join(', ')}`)
    endGrant(platform, grant, reason)
    return ok({ ok: true })
  })
  on('GET', 'webhooks', () => ok({ deliveries: [...world.deliveries.values()] }))
  on('POST', 'webhooks/:id/resend', (_exchange, params) => {
    const delivery = world.deliveries.get(params.id ?? '')
    if (delivery === undefined) return bad('there is no such delivery')
    resend(platform, delivery)
    return ok({ ok: true })
  })

  on('GET', 'media/avatar/:name', (_exchange, params) => picture(params.name ?? '', 96, 96))
  on('GET', 'media/cover/:name', (_exchange, params) => picture(params.name ?? '', 90, 160))
}

/** A hundred years in seconds, and more bytes than any file has. */
const LARGEST = 3_153_600_000

/** Takes known settings of the right type; says what is wrong otherwise, and changes nothing. */
export function applySettings(settings: Settings, change: Record<string, unknown>): string | undefined {
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(defaultSettings, name))
      return `${name}: no such setting; there are ${Object.keys(defaultSettings).join(', ')}`
    const expected = typeof defaultSettings[name as keyof Settings]
    if (typeof value !== expected) return `${name}: must be a ${expected}`
    const allowed: readonly unknown[] | undefined = settingChoices[name as keyof Settings]
    if (allowed !== undefined && !allowed.includes(value)) return `${name}: must be ${allowed.join(' or ')}`
    if (settingShares.has(name as keyof Settings) && Number(value) > 1)
      return `${name}: must be a number from 0 to 1`
    if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0 && value <= LARGEST))
      return `${name}: must be a number from 0 to ${LARGEST}`
  }
  Object.assign(settings, change)
  return undefined
}

export function withBody<S extends z.ZodMiniType>(
  schema: S,
  handler: (body: z.output<S>) => Answer | Promise<Answer>,
) {
  return async (exchange: Exchange): Promise<Answer> => {
    let value: unknown
    try {
      value = JSON.parse((await exchange.body()).toString('utf8') || '{}')
    } catch {
      return bad('the body is not JSON')
    }
    const read = z.safeParse(schema, value)
    return read.success ? handler(read.data) : bad(explain(read.error))
  }
}

function explain(error: z.core.$ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`
}

export function ok(value: unknown): Answer {
  return jsonAnswer(200, value)
}

export function bad(problem: string): Answer {
  return jsonAnswer(400, { problem })
}

function picture(name: string, width: number, height: number): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'image/png', 'cache-control': 'max-age=3600' },
    body: gradientPng(name, width, height),
  }
}

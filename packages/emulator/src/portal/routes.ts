import * as z from 'zod/mini'
import { ok, withBody } from '../control/routes.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { RawHandler } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { sendTestEvent } from '../webhooks/delivery.ts'
import { appView } from './app-view.ts'
import { createApp, deleteApp, findApp, rotateSecret, sandboxesOf, updateApp } from './apps.ts'
import { createCreator, creatorView, findCreator, updateCreator } from './creators.ts'
import { PortalProblem, problem } from './problem.ts'
import { decideAudit, decideReview, decisions } from './review.ts'
import { createSandbox, setTargetUsers } from './sandboxes.ts'
import {
  addUrlProperty,
  markVerified,
  type ResolveTxt,
  removeUrlProperty,
  verifyUrlProperty,
} from './url-properties.ts'

const details = {
  name: z.optional(z.string()),
  platform: z.optional(z.enum(['web', 'desktop', 'any'])),
  redirect_uris: z.optional(z.array(z.string())),
  webhook_url: z.optional(z.string()),
  scopes: z.optional(z.array(z.string())),
  active_user_cap: z.optional(z.number()),
}
const decision = z.strictObject({ decision: z.enum(decisions), comment: z.optional(z.string()) })

/**
 * The developer portal as JSON under `/_emulator/`. Failures are 400 with `problem` in one line and `problems`, each
 * with the field and the rule; secrets are told only by the calls that make or ask for one.
 */
export function addPortalApi(router: Router, platform: Platform, resolveTxt?: ResolveTxt): void {
  const { world } = platform
  const on = (method: string, path: string, handler: RawHandler): void =>
    router.add(method, `/_emulator/${path}`, (exchange, params) =>
      answerProblems(() => handler(exchange, params)),
    )
  /** With the app of the path. */
  const onApp = (
    method: string,
    path: string,
    handler: (app: AppRow, ...rest: Parameters<RawHandler>) => Answer | Promise<Answer>,
  ): void =>
    on(method, `apps/:key${path}`, (exchange, params) =>
      handler(findApp(platform, params.key ?? ''), exchange, params),
    )
  const withSecret = (app: AppRow): Answer => ok({ ...appView(platform, app), client_secret: app.secret })

  on('GET', 'apps', () => ok({ apps: [...world.apps.values()].map((app) => appView(platform, app)) }))
  on(
    'POST',
    'apps',
    withBody(z.strictObject(details), (body) => withSecret(createApp(platform, body))),
  )
  onApp('GET', '', (app) => ok(appView(platform, app)))
  onApp('PATCH', '', (app, exchange) =>
    withBody(z.strictObject(details), (body) => ok(appView(platform, updateApp(platform, app, body))))(
      exchange,
    ),
  )
  onApp('DELETE', '', (app) => {
    deleteApp(platform, app)
    return ok({ ok: true })
  })
  onApp('GET', '/secret', (app) => ok({ client_key: app.id, client_secret: app.secret }))
  onApp('POST', '/rotate-secret', (app) =>
    ok({ client_key: app.id, client_secret: rotateSecret(platform, app) }),
  )

  onApp('GET', '/sandboxes', (app) =>
    ok({ sandboxes: sandboxesOf(platform, app).map((sandbox) => appView(platform, sandbox)) }),
  )
  const sandboxSpec = z.strictObject({ name: z.string(), clone_from: z.optional(z.string()) })
  onApp('POST', '/sandboxes', (app, exchange) =>
    withBody(sandboxSpec, (body) => withSecret(createSandbox(platform, app, body)))(exchange),
  )
  onApp('PUT', '/target-users', (app, exchange) =>
    withBody(z.strictObject({ users: z.array(z.string()) }), ({ users }) =>
      ok(appView(platform, setTargetUsers(platform, app, users))),
    )(exchange),
  )

  const propertySpec = z.strictObject({ value: z.string(), kind: z.optional(z.enum(['domain', 'prefix'])) })
  onApp('POST', '/url-properties', (app, exchange) =>
    withBody(propertySpec, (body) => {
      addUrlProperty(platform, app, body)
      return ok(appView(platform, app))
    })(exchange),
  )
  onApp('DELETE', '/url-properties', (app, exchange) => {
    removeUrlProperty(platform, app, exchange.query.get('value') ?? '')
    return ok(appView(platform, app))
  })
  /** `without_looking` marks it as verified, which only an emulator can do. */
  const verifySpec = z.strictObject({ value: z.string(), without_looking: z.optional(z.boolean()) })
  onApp('POST', '/url-properties/verify', (app, exchange) =>
    withBody(verifySpec, async ({ value, without_looking }) => {
      if (without_looking !== true) return ok(await verifyUrlProperty(platform, app, value, resolveTxt))
      markVerified(platform, app, value)
      return ok({ verified: true, found: 'marked without looking' })
    })(exchange),
  )

  onApp('POST', '/webhook-test', async (app) => {
    const url = app.webhookUrl ?? ''
    if (url === '') throw problem('webhook_url', 'the app has none')
    const delivery = await sendTestEvent(platform, app, url)
    return ok({ delivered: delivery.state === 'delivered', delivery })
  })
  onApp('POST', '/review', (app, exchange) =>
    withBody(decision, (body) =>
      ok(appView(platform, decideReview(platform, app, body.decision, body.comment))),
    )(exchange),
  )
  onApp('POST', '/audit', (app, exchange) =>
    withBody(decision, (body) =>
      ok(appView(platform, decideAudit(platform, app, body.decision, body.comment))),
    )(exchange),
  )

  on('GET', 'creators', () => ok({ creators: [...world.creators.values()].map(creatorView) }))
  on(
    'POST',
    'creators',
    withBody(z.unknown(), (body) => ok(creatorView(createCreator(platform, body)))),
  )
  on('GET', 'creators/:username', (_exchange, params) =>
    ok(creatorView(findCreator(platform, params.username ?? ''))),
  )
  on('PATCH', 'creators/:username', (exchange, params) =>
    withBody(z.unknown(), (body) =>
      ok(creatorView(updateCreator(platform, findCreator(platform, params.username ?? ''), body))),
    )(exchange),
  )
}

/** Turns what a function of the portal objects to into an answer. */
async function answerProblems(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PortalProblem)) throw error
    const missing = /^there is no (app|creator)/.test(error.problems[0]?.rule ?? '')
    return jsonAnswer(missing ? 404 : 400, { problem: error.message, problems: error.problems })
  }
}

import { type Answer, htmlAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { hereOf, type Notices, readForm } from '../pages/form.ts'
import { html } from '../pages/html.ts'
import { type Notice, toolPage } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { sendTestEvent } from '../webhooks/delivery.ts'
import { appPage } from './app-page.ts'
import { createApp, deleteApp, findApp, rotateSecret, updateApp } from './apps.ts'
import { appsPage } from './apps-page.ts'
import { PortalProblem, type Problem, problem } from './problem.ts'
import { type Decision, decideAudit, decideReview, decisions } from './review.ts'
import { createSandbox, setTargetUsers } from './sandboxes.ts'
import { pathOf, type Refused } from './section.ts'
import { addUrlProperty, markVerified, removeUrlProperty, verifyUrlProperty } from './url-properties.ts'

const HOME = '/_emulator/portal'
const EMPTY = new URLSearchParams()

type FormAction = (app: AppRow, form: URLSearchParams) => string | Notice | Promise<string | Notice>

/** The developer portal as pages whose forms work without JavaScript. */
export function addPortalPages(router: Router, platform: Platform, notices: Notices): void {
  const home = (exchange: Exchange, problems: readonly Problem[] = [], entered = EMPTY): Answer =>
    htmlAnswer(
      problems.length > 0 ? 400 : 200,
      toolPage(
        platform,
        {
          title: 'Developer portal',
          section: HOME,
          here: HOME,
          notice: problems.length > 0 ? asNotice(problems) : notices.take(exchange),
        },
        appsPage(platform, problems, entered),
      ),
    )
  const show = (exchange: Exchange, app: AppRow, refused?: Refused): Answer =>
    htmlAnswer(
      refused === undefined ? 200 : 400,
      toolPage(
        platform,
        {
          title: app.name,
          section: HOME,
          here: refused === undefined ? hereOf(exchange) : pathOf(app),
          notice: refused === undefined ? notices.take(exchange) : asNotice(refused.problems),
        },
        appPage(platform, app, refused),
      ),
    )
  const missing = (error: unknown): Answer => {
    if (error instanceof PortalProblem)
      return notices.back(HOME, { kind: 'problem', text: error.problems[0]?.rule })
    throw error
  }

  router.add('GET', HOME, (exchange) => home(exchange))
  router.add('POST', `${HOME}/apps`, async (exchange) => {
    const form = await readForm(exchange)
    try {
      const app = createApp(platform, {
        name: form.get('name') ?? '',
        platform: platformOf(form),
        scopes: ['user.info.basic'],
      })
      return notices.back(pathOf(app), {
        kind: 'done',
        text: html`Created. Client key <code>${app.id}</code>, client secret <code>${app.secret}</code>`,
      })
    } catch (error) {
      if (error instanceof PortalProblem) return home(exchange, error.problems, form)
      throw error
    }
  })
  router.add('GET', `${HOME}/apps/:key`, (exchange, params) => {
    try {
      return show(exchange, findApp(platform, params.key ?? ''))
    } catch (error) {
      return missing(error)
    }
  })

  /** `section` is where the form stands, to show it again with what is wrong. */
  const on = (path: string, section: string, work: FormAction): void =>
    router.add('POST', `${HOME}/apps/:key/${path}`, async (exchange, params) => {
      const form = await readForm(exchange)
      let app: AppRow
      try {
        app = findApp(platform, params.key ?? '')
      } catch (error) {
        return missing(error)
      }
      try {
        const done = await work(app, form)
        const notice: Notice = typeof done === 'string' ? { kind: 'done', text: done } : done
        const still = platform.world.apps.get(app.id) !== undefined
        const above = app.parent === undefined ? HOME : `${HOME}/apps/${encodeURIComponent(app.parent)}`
        return notices.back(still ? pathOf(app) : above, notice)
      } catch (error) {
        if (!(error instanceof PortalProblem)) throw error
        return show(exchange, app, { section, problems: error.problems, entered: form })
      }
    })
  addActions(platform, on)
}

function addActions(platform: Platform, on: (path: string, section: string, work: FormAction) => void): void {
  on('details', 'details', (app, form) => {
    updateApp(platform, app, {
      name: form.get('name') ?? undefined,
      platform: platformOf(form),
      redirect_uris: (form.get('redirect_uris') ?? '').split(/\s+/).filter((line) => line !== ''),
      webhook_url: (form.get('webhook_url') ?? '').trim(),
      active_user_cap: Number(form.get('active_user_cap') ?? app.activeUserCap),
    })
    return 'Saved.'
  })
  on('scopes', 'scopes', (app, form) => {
    updateApp(platform, app, { scopes: form.getAll('scope') })
    return 'Scopes saved.'
  })
  on('rotate-secret', 'credentials', (app) => ({
    kind: 'done',
    text: html`New client secret: <code>${rotateSecret(platform, app)}</code>`,
  }))
  on('webhook-test', 'webhook', async (app) => {
    const url = app.webhookUrl ?? ''
    if (url === '') throw problem('webhook_url', 'the app has none')
    const delivery = await sendTestEvent(platform, app, url)
    const last = delivery.attempts.at(-1)
    const result = last?.status === undefined ? (last?.error ?? 'no answer') : `HTTP ${last.status}`
    return delivery.state === 'delivered'
      ? `${url} answered ${result}: delivered.`
      : { kind: 'problem', text: `${url}: ${result}. TikTok expects HTTP 200.` }
  })
  on('sandboxes', 'sandboxes', (app, form) => {
    const sandbox = createSandbox(platform, app, {
      name: form.get('name') ?? '',
      clone_from: form.get('clone_from') ?? undefined,
    })
    return {
      kind: 'done',
      text: html`Sandbox created. Client key <code>${sandbox.id}</code>, client secret <code>${sandbox.secret}</code>`,
    }
  })
  on('target-users', 'target-users', (app, form) => {
    setTargetUsers(platform, app, form.getAll('user'))
    return 'Target users saved.'
  })
  on('url-properties', 'url-properties', (app, form) => {
    addUrlProperty(platform, app, { value: form.get('value') ?? '' })
    return 'Added. It counts once it is verified.'
  })
  on('url-properties/verify', 'url-properties', async (app, form) => {
    const { verified, found } = await verifyUrlProperty(platform, app, form.get('value') ?? '')
    return {
      kind: verified ? 'done' : 'problem',
      text: `${verified ? 'Verified' : 'Not verified'}: ${found}.`,
    }
  })
  on('url-properties/mark', 'url-properties', (app, form) => {
    markVerified(platform, app, form.get('value') ?? '')
    return 'Marked as verified.'
  })
  on('url-properties/remove', 'url-properties', (app, form) => {
    removeUrlProperty(platform, app, form.get('value') ?? '')
    return 'Removed.'
  })
  on('review', 'review', (app, form) => {
    decideReview(platform, app, decisionOf(form), form.get('comment') ?? '')
    return 'Review updated.'
  })
  on('audit', 'review', (app, form) => {
    decideAudit(platform, app, decisionOf(form), form.get('comment') ?? '')
    return 'Audit updated.'
  })
  on('delete', 'delete', (app) => {
    deleteApp(platform, app)
    return `${app.name} is deleted.`
  })
}

function platformOf(form: URLSearchParams): AppRow['platform'] | undefined {
  const value = form.get('platform')
  if (value === null) return undefined
  if (value === 'web' || value === 'desktop' || value === 'any') return value
  throw problem('platform', 'must be web, desktop or any')
}

function decisionOf(form: URLSearchParams): Decision {
  const decision = decisions.find((one) => one === form.get('decision'))
  if (decision === undefined) throw problem('decision', `must be one of ${decisions.join(', ')}`)
  return decision
}

function asNotice(problems: readonly Problem[]): Notice {
  return {
    kind: 'problem',
    text: html`Nothing was changed.<ul>${problems.map((one) => html`<li><code>${one.field}</code> ${one.rule}</li>`)}</ul>`,
  }
}

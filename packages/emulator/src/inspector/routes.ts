import { bad, type Control, ok } from '../control/routes.ts'
import { type Answer, htmlAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { hereOf, type Notices } from '../pages/form.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { type Section, toolPage } from '../pages/page.ts'
import type { Refused } from '../portal/section.ts'
import { deliveriesPage } from './deliveries-page.ts'
import { discardDraft, isDraft } from './drafts.ts'
import { eventStream } from './events.ts'
import { faultsPage } from './faults-page.ts'
import { postsPage, videosPage } from './posts-page.ts'
import { requestPage, requestsPage } from './requests-page.ts'
import { settingsPage } from './settings-page.ts'
import { creatorPage, worldPage } from './world-page.ts'

/** Shows a page of the inspector; with what was refused, at the address of the form's page. */
export type Show = (exchange: Exchange, refused?: Refused) => Answer

/** The pages of the inspector. `shows` is for the actions, which show a page again with what was wrong. */
export function addInspectorPages(router: Router, control: Control, notices: Notices) {
  const { platform, log } = control
  const shower =
    (
      section: Section,
      title: string,
      path: string,
      body: (exchange: Exchange, refused?: Refused) => Html,
    ): Show =>
    (exchange, refused) =>
      htmlAnswer(
        refused === undefined ? 200 : 400,
        toolPage(
          platform,
          {
            title,
            section,
            here: refused === undefined ? hereOf(exchange) : path,
            notice:
              refused === undefined
                ? notices.take(exchange)
                : { kind: 'problem', text: problemList(refused) },
          },
          body(exchange, refused),
        ),
      )
  const on = (path: string, show: Show): void =>
    router.add('GET', `/_emulator${path}`, (exchange) => show(exchange))

  const shows = {
    world: shower('/_emulator/world', 'World', '/_emulator/world', (_exchange, refused) =>
      worldPage(platform, refused),
    ),
    faults: shower('/_emulator/disturb', 'Faults', '/_emulator/disturb', (_exchange, refused) =>
      faultsPage(control, refused),
    ),
    settings: shower('/_emulator/preferences', 'Settings', '/_emulator/preferences', (_exchange, refused) =>
      settingsPage(platform.settings, refused),
    ),
    creator: (username: string): Show | undefined => {
      const creator = platform.world.creators.get(username)
      if (creator === undefined) return undefined
      const path = `/_emulator/world/${encodeURIComponent(username)}`
      return shower('/_emulator/world', creator.displayName, path, (_exchange, refused) =>
        creatorPage(platform, creator, refused),
      )
    },
  }

  on(
    '',
    shower('/_emulator/', 'Requests', '/_emulator/', (exchange) => requestsPage(control, exchange.query)),
  )
  on('/world', shows.world)
  on(
    '/posts',
    shower('/_emulator/posts', 'Posts', '/_emulator/posts', () => postsPage(platform)),
  )
  on(
    '/feed',
    shower('/_emulator/feed', 'Videos', '/_emulator/feed', (exchange) =>
      videosPage(platform, exchange.query),
    ),
  )
  on(
    '/deliveries',
    shower('/_emulator/deliveries', 'Webhooks', '/_emulator/deliveries', () => deliveriesPage(platform)),
  )
  on('/disturb', shows.faults)
  on('/preferences', shows.settings)
  router.add('GET', '/_emulator/world/:username', (exchange, params) =>
    (shows.creator(params.username ?? '') ?? missing(`There is no creator ${params.username}.`))(exchange),
  )
  router.add('GET', '/_emulator/request/:id', (exchange, params) => {
    const request = log.get(Number(params.id))
    if (request === undefined) return missing('This request is no longer in the log.')(exchange)
    return shower('/_emulator/', `${request.method} ${request.path}`, exchange.path, () =>
      requestPage(request),
    )(exchange)
  })
  router.add('GET', '/_emulator/events', () => eventStream(control))
  router.add('POST', '/_emulator/publishes/:id/discard', (_exchange, params) => {
    const post = platform.world.publishes.get(params.id ?? '')
    if (post === undefined || !isDraft(post)) return bad('there is no draft of that id in an inbox')
    discardDraft(platform, post)
    return ok(post)
  })
  return shows

  function missing(text: Content): Show {
    const show = shower(
      '/_emulator/',
      'Not found',
      '/_emulator/',
      () => html`<div class="card"><p>${text}</p></div>`,
    )
    return (exchange) => ({ ...show(exchange), status: 404 })
  }
}

function problemList(refused: Refused): Html {
  return html`Nothing was changed.<ul>${refused.problems.map(
    (one) => html`<li><code>${one.field}</code> ${one.rule}</li>`,
  )}</ul>`
}

import { type Answer, htmlAnswer, redirectAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { type Html, html } from '../pages/html.ts'
import { cardPage } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import type { AppRow, CreatorRow } from '../state/model.ts'
import {
  allow,
  type ConsentRequest,
  eligibleCreators,
  readConsentRequest,
  refuse,
  scopesOf,
} from './consent.ts'

/** `GET /v2/auth/authorize/`: a plain form that works without JavaScript. */
export function showConsent(platform: Platform, exchange: Exchange): Answer {
  const read = readConsentRequest(platform, exchange.query)
  if (!read.ok) return mistake(exchange, read.parameter, read.problem)
  if (!exchange.path.endsWith('/')) {
    if (platform.settings.strict) return mistake(exchange, 'path', 'must end with a slash')
    exchange.warn(`path without its trailing slash: ${exchange.path}`)
  }
  for (const warning of read.warnings) exchange.warn(warning)
  exchange.clientKey = read.request.app.id
  return htmlAnswer(200, consentPage(platform, read.request, exchange.query), '*')
}

/** `POST /v2/auth/authorize/`: the form comes back, with the request in its query. */
export async function answerConsent(platform: Platform, exchange: Exchange): Promise<Answer> {
  const read = readConsentRequest(platform, exchange.query)
  if (!read.ok) return mistake(exchange, read.parameter, read.problem)
  const form = new URLSearchParams((await exchange.body()).toString('utf8'))
  exchange.clientKey = read.request.app.id
  if (form.get('decision') !== 'allow') return redirectAnswer(refuse(read.request))
  const creator = eligibleCreators(platform, read.request.app).find((one) => one.id === form.get('creator'))
  if (creator === undefined)
    return mistake(exchange, 'creator', 'is not one of the accounts that may authorize this app')
  exchange.creator = creator.id
  return redirectAnswer(allow(platform, read.request, creator, form.getAll('scope')))
}

/** TikTok's own page for a request that it cannot send back to the app. */
function mistake(exchange: Exchange, parameter: string, problem: string): Answer {
  exchange.verdict = `${parameter} ${problem}`
  const body = html`<h1>Something went wrong</h1>
<p>We couldn’t log in with TikTok. This may be due to specific app settings.</p>
<p>If you’re a developer, correct the following and try again:</p>
<ul class="problems"><li><code>${parameter}</code> ${problem}</li></ul>
<p class="quiet">log id ${exchange.logId} · <a href="/_emulator/">see it in the inspector</a></p>`
  return htmlAnswer(400, cardPage('Something went wrong', body))
}

function consentPage(platform: Platform, request: ConsentRequest, query: URLSearchParams): string {
  const { app } = request
  const creators = eligibleCreators(platform, app)
  const body = html`<div class="asks"><span class="app-icon" aria-hidden="true">${initial(app.name)}</span>
<h1><b>${app.name}</b> wants to access your TikTok account</h1></div>
${app.kind === 'sandbox' && html`<p class="tag">sandbox: only its target users can continue</p>`}
<form method="post" action="/v2/auth/authorize/?${query.toString()}">
<fieldset><legend>Continue as</legend>${
    creators.length === 0
      ? html`<p class="notice problem">No account may authorize this app. ${
          app.kind === 'sandbox'
            ? html`Give it target users in the <a href="/_emulator/portal/apps/${app.id}">portal</a>.`
            : html`There are no creators in this world.`
        }</p>`
      : html`<ul class="choices">${creators.map(creatorRow)}</ul>`
  }</fieldset>
<fieldset><legend>${app.name} will be able to</legend><ul class="choices">${request.scopes.map((scope) => scopeRow(app, scope))}</ul>
<p class="quiet">Switch off what you do not want to share.</p></fieldset>
<div class="actions"><button name="decision" value="deny" formnovalidate>Cancel</button>
<button name="decision" value="allow" class="primary"${creators.length === 0 && html` disabled`}>Continue</button></div>
</form>
<p class="quiet">You will go to <b>${new URL(request.redirectUri).host}</b>. You can remove access at any time.</p>`
  return cardPage(`Log in to ${app.name}`, body)
}

function creatorRow(creator: CreatorRow, index: number): Html {
  const { id } = creator
  return html`<li><label><input type="radio" name="creator" value="${id}"${index === 0 && html` checked`} required>
<img class="avatar" src="/_emulator/media/avatar/${encodeURIComponent(id)}_168.png" alt="" width="44" height="44">
<span class="what">${creator.displayName}<small>@${id} · ${creator.private ? 'private account' : 'public account'}${creator.banned && ' · banned'}</small></span></label></li>`
}

/** A switch each; the basic scope comes with the login and cannot be denied. */
function scopeRow(app: AppRow, scope: string): Html {
  const entry = scopesOf(app)[scope]
  const fixed = entry?.always === true
  return html`<li><label><span class="what">${entry?.consent ?? scope}<small>${scope}${fixed && ' · always included'}</small></span>
<span class="choose"><input class="switch" type="checkbox" role="switch" name="scope" value="${scope}" checked${fixed && html` disabled`}>
<span class="verdict" aria-hidden="true"></span></span></label></li>`
}

function initial(name: string): string {
  return ([...name.trim()][0] ?? '?').toUpperCase()
}

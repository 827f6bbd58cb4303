import { scopes as allScopes, type ScopeEntry } from '@tockwork/contracts'
import { type Answer, htmlAnswer, redirectAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { escapeHtml, page } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import { allow, type ConsentRequest, eligibleCreators, readConsentRequest, refuse } from './consent.ts'

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
  return htmlAnswer(200, consentPage(platform, read.request, exchange.query))
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

function mistake(exchange: Exchange, parameter: string, problem: string): Answer {
  exchange.verdict = `${parameter} ${problem}`
  const body = `<h1>Something went wrong</h1><p>We couldn’t log in with TikTok. This may be due to specific app settings.</p>
<p>If you’re a developer, correct the following and try again:</p><ul><li><code>${escapeHtml(parameter)}</code> ${escapeHtml(problem)}</li></ul>
<p class="quiet">log id ${escapeHtml(exchange.logId)}</p>`
  return htmlAnswer(400, page('Something went wrong', body))
}

function consentPage(platform: Platform, request: ConsentRequest, query: URLSearchParams): string {
  const creators = eligibleCreators(platform, request.app)
  const scopeRow = (scope: string): string => {
    const entry = (allScopes as Record<string, ScopeEntry>)[scope]
    const fixed = entry?.always === true
    return `<li><label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked${fixed ? ' disabled' : ''}>
<span>${escapeHtml(entry?.consent ?? scope)}<small>${escapeHtml(scope)}${fixed ? ' · always included' : ''}</small></span></label></li>`
  }
  const creatorRow = (id: string, index: number, name: string, note: string): string =>
    `<li><label><input type="radio" name="creator" value="${escapeHtml(id)}"${index === 0 ? ' checked' : ''} required>
<span>${escapeHtml(name)}<small>@${escapeHtml(id)} · ${escapeHtml(note)}</small></span></label></li>`
  const body = `<h1>${escapeHtml(request.app.name)} wants to access your TikTok account</h1>
<form method="post" action="/v2/auth/authorize/?${escapeHtml(query.toString())}">
<fieldset><legend>Continue as</legend><ul class="choices">${creators
    .map((creator, index) =>
      creatorRow(
        creator.id,
        index,
        creator.displayName,
        creator.private ? 'private account' : 'public account',
      ),
    )
    .join('')}</ul></fieldset>
<fieldset><legend>${escapeHtml(request.app.name)} will be able to</legend><ul class="choices">${request.scopes.map(scopeRow).join('')}</ul></fieldset>
<div class="actions"><button name="decision" value="allow" class="primary"${creators.length === 0 ? ' disabled' : ''}>Continue</button>
<button name="decision" value="deny" formnovalidate>Cancel</button></div>
</form>
<p class="quiet">You can remove access at any time. You will go to ${escapeHtml(new URL(request.redirectUri).host)}.</p>`
  return page('Log in with TikTok', body)
}

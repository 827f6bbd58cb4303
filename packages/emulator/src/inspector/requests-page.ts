import type { LoggedRequest } from '../control/request-log.ts'
import type { Control } from '../control/routes.ts'
import { action } from '../pages/form.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { when } from '../pages/page.ts'
import { explainVerdict, verdictKind } from './explain-verdict.ts'
import { fits, readFilter } from './request-filter.ts'

const SHOWN = 200

/** The requests that came in, newest first. New ones appear by themselves with JavaScript, by reloading without. */
export function requestsPage({ log, platform }: Control, query: URLSearchParams): Html {
  const filter = readFilter(query)
  const all = log.list()
  const shown = all
    .filter((request) => fits(request, filter))
    .slice(-SHOWN)
    .reverse()
  const verdicts = [...new Set(['ok', 'not ok', ...all.map((request) => request.verdict)])].slice(0, 40)
  const endpoints = [...new Set(all.map((request) => request.endpoint ?? request.path))].slice(0, 40)
  const { world } = platform
  return html`<form class="filter" method="get" action="/_emulator/" role="search" aria-label="Requests">
${suggest('verdict', 'Verdict', filter.verdict, verdicts)}
${suggest('endpoint', 'Endpoint or path', filter.endpoint, endpoints)}
${suggest(
  'user',
  'User',
  filter.user,
  [...world.creators.values()].map((one) => one.id),
)}
${suggest(
  'app',
  'App',
  filter.app,
  [...world.apps.values()].map((one) => one.id),
)}
<div class="actions"><button class="primary">Filter</button><a class="button" href="/_emulator/">All</a></div></form>
<section class="card" aria-labelledby="requests-title"><div class="head"><h2 id="requests-title">${shown.length === SHOWN ? `The last ${SHOWN}` : 'Requests'}</h2>
<div class="actions"><span class="live" id="live" role="status">reload for new ones</span>${action('/_emulator/actions/clear-requests', 'Clear', { back: '/_emulator/' })}</div></div>
<p class="empty" id="no-requests"${shown.length > 0 && html` hidden`}>${
    all.length === 0
      ? html`Nothing has come in yet. Point a client at <code>${platform.origin()}</code> and watch.`
      : 'No request fits this filter.'
  }</p>
<table class="rows" id="requests"${shown.length === 0 && html` hidden`}><thead><tr><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Request</th><th scope="col">Verdict</th><th scope="col">Who</th><th scope="col">Took</th></tr></thead>
<tbody>${shown.map(requestRow)}</tbody></table></section>`
}

function suggest(name: string, label: string, value: string, choices: readonly string[]): Html {
  return html`<div><label class="label" for="filter-${name}">${label}</label>
<input id="filter-${name}" name="${name}" value="${value}" list="${name}-list" autocomplete="off">
<datalist id="${name}-list">${choices.map((choice) => html`<option value="${choice}"></option>`)}</datalist></div>`
}

/** One row; `inspector.js` builds the same for those that arrive live. */
function requestRow(request: LoggedRequest): Html {
  const { id, at, status, method, path, endpoint, verdict, warnings, user, client_key: app } = request
  return html`<tr><td class="tight side">${at.slice(11, 19)}</td><td class="tight side">${status === 0 ? 'cut' : status}</td>
<td><a href="/_emulator/request/${id}">${method} ${path}</a>${endpoint !== undefined && html`<br><small>${endpoint}</small>`}</td>
<td class="side"><span class="tag ${verdictKind(request)}">${verdict}</span>${warnings.length > 0 && html` <span class="tag warn">${warningCount(warnings)}</span>`}</td>
<td class="side">${user !== undefined && `@${user}`}${app !== undefined && html`<br><small>${app}</small>`}</td>
<td class="tight side">${request.took_ms} ms</td></tr>`
}

function warningCount(warnings: readonly string[]): string {
  return warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
}

/** One request: what was asked, what it was answered, and why. */
export function requestPage(request: LoggedRequest): Html {
  const explained = explainVerdict(request)
  return html`<div class="two"><section class="card" aria-labelledby="asked"><h2 id="asked">Request</h2>
${facts([
  ['Time', when(Date.parse(request.at))],
  ['Method', request.method],
  ['Host', request.host],
  ['Path', html`<code>${request.path}</code>`],
  ['Query', request.query !== '' && html`<code>${request.query}</code>`],
  ['Endpoint', request.endpoint],
  [
    'App',
    request.client_key !== undefined &&
      html`<a href="/_emulator/portal/apps/${encodeURIComponent(request.client_key)}">${request.client_key}</a>`,
  ],
  [
    'User',
    request.user !== undefined &&
      html`<a href="/_emulator/world/${encodeURIComponent(request.user)}">@${request.user}</a>`,
  ],
  ['Status', request.status === 0 ? 'the connection was cut' : request.status],
  ['Took', `${request.took_ms} ms`],
  ['Log id', html`<code>${request.log_id}</code>`],
])}</section>
<div><section class="card" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<p><span class="tag ${verdictKind(request)}">${request.verdict}</span></p>
${request.detail !== undefined && html`<p><b>${request.detail}</b></p>`}
${explained.map(
  (one) =>
    html`<p>${one.meaning}</p>${facts([
      ['What to do', one.action],
      ['Repeating', one.retry],
      [
        'Source',
        one.source !== undefined &&
          html`<a href="${one.source}" rel="noreferrer">${one.source.replace(/^https:\/\//, '')}</a>`,
      ],
    ])}`,
)}
${
  request.verdict.startsWith('fault ') &&
  html`<p>A fault of yours fired. <a href="/_emulator/disturb">All faults</a></p>`
}
${request.verdict === 'ok' && html`<p class="quiet">The request was in order.</p>`}</section>
<section class="card" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>${
    request.warnings.length === 0
      ? html`<p class="quiet">None: the documentation promises all that this request relies on.</p>`
      : html`<ul>${request.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>
<p class="quiet">TikTok is seen to take this without promising it. The setting “strict” refuses it.</p>`
  }</section></div></div>
<p><a href="/_emulator/">All requests</a></p>`
}

/** A list of facts; those without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: Content])[]): Html {
  const known = pairs.filter(([, value]) => value !== undefined && value !== false && value !== '')
  return html`<dl class="facts">${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

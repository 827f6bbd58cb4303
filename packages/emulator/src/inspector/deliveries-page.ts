import { events } from '@tockwork/contracts/webhooks'
import { action } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import { when } from '../pages/page.ts'
import type { Platform } from '../platform.ts'
import type { DeliveryRow } from '../state/model.ts'
import { facts } from './requests-page.ts'

const SHOWN = 50
const KIND = { pending: 'warn', delivered: 'good', dropped: 'bad' } as const

/** Webhooks that were sent, newest first, with every attempt. */
export function deliveriesPage(platform: Platform): Html {
  const deliveries = [...platform.world.deliveries.values()].toReversed().slice(0, SHOWN)
  if (deliveries.length === 0)
    return html`<div class="card"><p class="empty">Nothing was sent yet. Give an app a callback URL in the <a href="/_emulator/portal">portal</a>.</p></div>`
  return html`${deliveries.map((delivery) => deliveryCard(platform, delivery))}`
}

function deliveryCard(platform: Platform, delivery: DeliveryRow): Html {
  const { attempts } = delivery
  const known = Object.hasOwn(events, delivery.event)
    ? events[delivery.event as keyof typeof events]
    : undefined
  return html`<article class="card"><div class="head"><h2>${delivery.event.split(/(?<=[._])/).map((part) => html`${part}<wbr>`)}</h2>
<div class="actions"><span class="tag ${KIND[delivery.state]}">${delivery.state}</span>
${action('/_emulator/actions/resend', html`Send again<span class="sr"> ${delivery.id}</span>`, { delivery: delivery.id })}</div></div>
${known !== undefined && html`<p>${known.title}. <a href="${known.source}" rel="noreferrer">Documentation</a></p>`}
${facts([
  ['To', html`<code>${delivery.url}</code>`],
  ['App', platform.world.apps.get(delivery.clientKey)?.name ?? delivery.clientKey],
  ['Made', when(delivery.createdAt)],
])}
<pre>${pretty(delivery.body)}</pre>
${
  attempts.length === 0
    ? html`<p class="quiet">Not tried yet${platform.clock.frozen && ': it goes out when the clock moves'}.</p>`
    : html`<details${attempts.length < 3 && html` open`}><summary>${attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`}</summary>
<table class="rows"><thead><tr><th scope="col">Time</th><th scope="col">Answer</th><th scope="col">Signature</th></tr></thead><tbody>${attempts.map(
        (attempt) => html`<tr><td class="tight">${when(attempt.at)}</td>
<td><span class="tag ${attempt.status === 200 ? 'good' : 'bad'}">${attempt.status === undefined ? attempt.error : `HTTP ${attempt.status}`}</span></td>
<td>${attempt.signature !== undefined && html`<code>${attempt.signature}</code>`}</td></tr>`,
      )}</tbody></table></details>`
}</article>`
}

/** The body as sent is one line; this is only how it is shown. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

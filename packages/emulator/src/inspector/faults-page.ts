import type { Fault, FaultSpec } from '../control/faults.ts'
import type { Control } from '../control/routes.ts'
import { action, field, options } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import { type Refused, rulesFor } from '../portal/section.ts'

/** Mishaps that are worth rehearsing, by name. */
export const presets: readonly { name: string; label: string; fault: FaultSpec }[] = [
  {
    name: 'lose-init',
    label: 'Lose the next init answer (the post exists, the app does not know)',
    fault: { match: { endpoint: 'posting.init*' }, times: 1, action: { drop: 'after' } },
  },
  {
    name: 'limit-every-third',
    label: '429 on every third call',
    fault: { match: { endpoint: '*', every: 3 }, action: { code: 'rate_limit_exceeded' } },
  },
  {
    name: 'cut-chunk',
    label: 'Cut the next upload chunk in the middle',
    fault: {
      match: { endpoint: 'posting.uploadMedia' },
      times: 1,
      action: { cut_request_after_bytes: 64 * 1024 },
    },
  },
  {
    name: 'lose-token',
    label: 'Lose the next token answer (a rotated refresh token is gone)',
    fault: { match: { path: '/v2/oauth/token*' }, times: 1, action: { drop: 'after' } },
  },
  {
    name: 'token-invalid',
    label: 'Say once that the access token is invalid',
    fault: { match: { path: '/v2/user/*' }, times: 1, action: { code: 'access_token_invalid' } },
  },
  {
    name: 'errors',
    label: 'internal_error on one call in ten',
    fault: { match: { endpoint: '*', probability: 0.1 }, action: { code: 'internal_error' } },
  },
  {
    name: 'slow',
    label: 'Answer every call two seconds late',
    fault: { match: { endpoint: '*' }, action: { delay_ms: 2000 } },
  },
  {
    name: 'half-answer',
    label: 'Break off the next answer in the middle',
    fault: { match: { endpoint: '*' }, times: 1, action: { drop: 'mid_answer' } },
  },
]

/** What goes wrong on purpose. */
export function faultsPage({ faults }: Control, refused?: Refused): Html {
  const set = faults.list()
  return html`<div class="two"><section class="card" aria-labelledby="set"><div class="head"><h2 id="set">Set now</h2>${
    set.length > 0 && action('/_emulator/actions/remove-fault', 'Remove all', {}, 'danger')
  }</div>${
    set.length === 0
      ? html`<p class="empty">Nothing goes wrong. Choose something.</p>`
      : html`<ul class="steps-list">${set.map(faultItem)}</ul>`
  }</section>
<section class="card" aria-labelledby="add"><h2 id="add">Add</h2>
<form method="post" action="/_emulator/actions/faults">${field({
    id: 'preset',
    label: 'A mishap',
    control: (attributes) =>
      html`<select${attributes} name="preset">${options(
        presets.map(({ name, label }) => [name, label] as const),
        refused?.entered.get('preset') ?? '',
      )}</select>`,
  })}<button class="primary">Add</button></form>
<details${refused !== undefined && html` open`}><summary>Or write one</summary><form method="post" action="/_emulator/actions/faults">${field(
    {
      id: 'fault',
      label: 'Fault as JSON',
      wrong: rulesFor(refused, 'fault'),
      help: html`The first fault that fits a request fires. The fields are those of <code>POST /_emulator/faults</code>.`,
      control: (attributes) =>
        html`<textarea${attributes} name="fault" rows="8" spellcheck="false">${refused?.entered.get('fault') ?? JSON.stringify(presets[0]?.fault, null, 2)}</textarea>`,
    },
  )}<button>Add</button></form></details></section></div>`
}

function faultItem(fault: Fault): Html {
  const { id, seen, fired, ...spec } = fault
  const over = fault.times !== undefined && fired >= fault.times
  return html`<li><div class="head"><h3>${id} <span class="tag ${over ? '' : 'warn'}">${over ? 'used up' : 'armed'}</span></h3>
${action('/_emulator/actions/remove-fault', html`Remove<span class="sr"> ${id}</span>`, { id })}</div>
<pre>${JSON.stringify(spec, null, 1)}</pre><p class="quiet">saw ${seen} fitting ${seen === 1 ? 'request' : 'requests'}, fired ${fired}×</p></li>`
}

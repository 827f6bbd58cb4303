import { field, options } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { MAX_NAME, sandboxesOf } from './apps.ts'
import { MAX_SANDBOXES, MAX_TARGET_USERS } from './sandboxes.ts'
import { pathOf, type Refused, rulesFor, section } from './section.ts'

/** The sandboxes of an app, and the form for another. */
export function sandboxesSection(platform: Platform, app: AppRow, refused?: Refused): Html {
  const sandboxes = sandboxesOf(platform, app)
  const models = [app, ...sandboxes].map(
    (one) => [one.id, one.kind === 'sandbox' ? one.name : `${one.name} (production)`] as const,
  )
  return section(
    'sandboxes',
    'Sandboxes',
    html`<ul class="steps-list">${sandboxes.map(
      (sandbox) => html`<li><div class="head"><h3><a href="${pathOf(sandbox)}">${sandbox.name}</a></h3>
<span class="quiet">${sandbox.targetUsers.length} of ${MAX_TARGET_USERS} target users</span></div><code>${sandbox.id}</code></li>`,
    )}<li>${rulesFor(refused, 'sandboxes').map((rule) => html`<p class="rule" role="alert">${rule}</p>`)}
<form method="post" action="${pathOf(app)}/sandboxes"><div class="row">
${field({
  id: 'sandbox-name',
  label: 'New sandbox',
  wrong: rulesFor(refused, 'name'),
  control: (attributes) =>
    html`<input${attributes} name="name" required maxlength="${MAX_NAME}" placeholder="Name" value="${refused?.entered.get('name')}" autocomplete="off">`,
})}
${field({
  id: 'clone_from',
  label: 'Clone the configuration of',
  wrong: rulesFor(refused, 'clone_from'),
  control: (attributes) =>
    html`<select${attributes} name="clone_from">${options(models, refused?.entered.get('clone_from') ?? app.id)}</select>`,
})}</div><button>Create sandbox</button> <span class="quiet">${sandboxes.length} of ${MAX_SANDBOXES}</span></form></li></ul>`,
  )
}

/** Who may authorize a sandbox. */
export function targetUsersSection(platform: Platform, app: AppRow, refused?: Refused): Html {
  const chosen = refused?.entered.getAll('user') ?? app.targetUsers
  const rules = rulesFor(refused, 'users')
  return section(
    'target-users',
    'Target users',
    html`<p class="quiet">Only these accounts can authorize the sandbox. At most ${MAX_TARGET_USERS}.</p>
<form method="post" action="${pathOf(app)}/target-users"><fieldset><legend class="sr">Target users</legend>
${rules.map((rule) => html`<p class="rule" role="alert">${rule}</p>`)}
<ul class="choices">${[...platform.world.creators.values()].map(
      (
        creator,
      ) => html`<li><label><input type="checkbox" name="user" value="${creator.id}"${chosen.includes(creator.id) && html` checked`}>
<img class="avatar" src="/_emulator/media/avatar/${encodeURIComponent(creator.id)}_168.png" alt="" width="36" height="36">
<span class="what">${creator.displayName}<small>@${creator.id}</small></span></label></li>`,
    )}</ul></fieldset><button class="primary">Save target users</button></form>`,
  )
}

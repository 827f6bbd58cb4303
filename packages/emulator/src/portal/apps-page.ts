import { field, options } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { MAX_NAME, sandboxesOf } from './apps.ts'
import type { Problem } from './problem.ts'

export const PLATFORMS = [
  ['web', 'Web'],
  ['desktop', 'Desktop'],
  ['any', 'Both (emulator only)'],
] as const

/** All apps, and the form for a new one. */
export function appsPage(platform: Platform, problems: readonly Problem[], entered: URLSearchParams): Html {
  const apps = [...platform.world.apps.values()].filter((app) => app.kind === 'production')
  const wrong = (name: string): string[] =>
    problems.filter((one) => one.field === name).map((one) => one.rule)
  return html`<p>Register the apps that this emulator knows. What is done here can also be done over the
<code>/_emulator/apps</code> API.</p>
<div class="grid">${apps.map((app) => appCard(platform, app))}</div>
<section class="card" aria-labelledby="new-app"><h2 id="new-app">New app</h2>
<form method="post" action="/_emulator/portal/apps"><div class="row">
${field({
  id: 'name',
  label: 'Name',
  wrong: wrong('name'),
  help: 'Shown to people on the consent page.',
  control: (attributes) =>
    html`<input${attributes} name="name" required maxlength="${MAX_NAME}" value="${entered.get('name')}" autocomplete="off">`,
})}
${field({
  id: 'platform',
  label: 'Platform',
  help: 'Decides which redirect URIs it may have.',
  control: (attributes) =>
    html`<select${attributes} name="platform">${options(PLATFORMS, entered.get('platform') ?? 'web')}</select>`,
})}</div><button class="primary">Create app</button></form></section>`
}

function appCard(platform: Platform, app: AppRow): Html {
  const sandboxes = sandboxesOf(platform, app).length
  return html`<article class="card"><div class="person"><span class="app-icon little" aria-hidden="true">${([...app.name][0] ?? '?').toUpperCase()}</span>
<div><h2><a href="/_emulator/portal/apps/${encodeURIComponent(app.id)}">${app.name}</a></h2><p class="quiet">${app.id}</p></div></div>
<p class="actions">${reviewTag(app)} ${auditTag(app)}</p>
<p class="quiet">${app.scopes.length} scopes · ${sandboxes === 0 ? 'no sandboxes' : sandboxes === 1 ? '1 sandbox' : `${sandboxes} sandboxes`}</p></article>`
}

const REVIEW = {
  draft: ['', 'draft'],
  in_review: ['warn', 'in review'],
  live: ['good', 'live'],
  not_approved: ['bad', 'not approved'],
} as const

const AUDIT = {
  none: ['', 'not audited'],
  in_review: ['warn', 'audit under way'],
  approved: ['good', 'audited'],
  rejected: ['bad', 'audit rejected'],
} as const

export function reviewTag(app: AppRow): Html {
  const [kind, text] = REVIEW[app.review]
  return html`<span class="tag ${kind}">${text}</span>`
}

export function auditTag(app: AppRow): Html {
  const [kind, text] = AUDIT[app.audit]
  return html`<span class="tag ${kind}">${text}</span>`
}

import { redirectUriRules } from '@tockwork/contracts'
import { action, field, options } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { allowedInSandbox, MAX_NAME } from './apps.ts'
import { PLATFORMS } from './apps-page.ts'
import { products, scopeEntry } from './products.ts'
import { reviewSection } from './review-section.ts'
import { sandboxesSection, targetUsersSection } from './sandbox-sections.ts'
import { pathOf, type Refused, rulesFor, section } from './section.ts'
import { urlPropertiesSection } from './url-properties-section.ts'

/** Everything about one app or sandbox. */
export function appPage(platform: Platform, app: AppRow, refused?: Refused): Html {
  const parent = app.parent === undefined ? undefined : platform.world.apps.get(app.parent)
  const of = (section: string): Refused | undefined => (refused?.section === section ? refused : undefined)
  return html`${
    app.kind === 'sandbox' &&
    html`<p><span class="tag warn">sandbox</span> of ${
      parent === undefined ? app.parent : html`<a href="${pathOf(parent)}">${parent.name}</a>`
    }. It needs no review, cannot post publicly, and cannot use the Data Portability API.</p>`
  }
<div class="two"><div>${credentials(app)}${details(app, of('details'))}</div>
<div>${webhook(app)}${
    app.kind === 'sandbox'
      ? targetUsersSection(platform, app, of('target-users'))
      : html`${reviewSection(app)}${sandboxesSection(platform, app, of('sandboxes'))}`
  }</div></div>
${scopesSection(app)}${urlPropertiesSection(app, of('url-properties'))}
<section class="card" aria-labelledby="delete"><div class="head"><h2 id="delete">Delete</h2>${action(
    `${pathOf(app)}/delete`,
    app.kind === 'sandbox' ? 'Delete this sandbox' : 'Delete this app',
    {},
    'danger',
  )}</div><p class="quiet">Its grants and tokens go with it${app.kind === 'production' && ', and its sandboxes'}.</p></section>`
}

function credentials(app: AppRow): Html {
  return section(
    'credentials',
    'Credentials',
    html`<dl class="facts"><dt>Client key</dt><dd><code>${app.id}</code></dd><dt>Client secret</dt>
<dd><details><summary>Reveal</summary><code>${app.secret}</code></details></dd></dl>
${action(`${pathOf(app)}/rotate-secret`, 'Make a new secret')}
<p class="quiet">The old one stops working at once.</p>`,
  )
}

function details(app: AppRow, refused: Refused | undefined): Html {
  const value = (name: string, kept: string): string => refused?.entered.get(name) ?? kept
  const { max } = redirectUriRules.web
  // A rule about the third address names the third line.
  const lines = (refused?.problems ?? []).flatMap(({ field: name, rule }) => {
    const index = /^redirect_uris(?:\.(\d+))?$/.exec(name)
    return index === null ? [] : index[1] === undefined ? [rule] : [`line ${Number(index[1]) + 1} ${rule}`]
  })
  return section(
    'details',
    'Details',
    html`<form method="post" action="${pathOf(app)}/details">
${field({
  id: 'name',
  label: 'Name',
  wrong: rulesFor(refused, 'name'),
  control: (attributes) =>
    html`<input${attributes} name="name" required maxlength="${MAX_NAME}" value="${value('name', app.name)}" autocomplete="off">`,
})}
${field({
  id: 'platform',
  label: 'Platform',
  control: (attributes) =>
    html`<select${attributes} name="platform">${options(PLATFORMS, value('platform', app.platform))}</select>`,
})}
${field({
  id: 'redirect_uris',
  label: 'Redirect URIs',
  wrong: lines,
  help: html`One a line, at most ${max}. Web: https, no query, no fragment. Desktop: localhost or 127.0.0.1 with a port; <code>*</code> stands for any port.`,
  control: (attributes) =>
    html`<textarea${attributes} name="redirect_uris" rows="4" spellcheck="false">${value('redirect_uris', app.redirectUris.join('\n'))}</textarea>`,
})}
${field({
  id: 'webhook_url',
  label: 'Webhook callback URL',
  wrong: rulesFor(refused, 'webhook_url'),
  help: 'All events go there. Leave it empty for none.',
  control: (attributes) =>
    html`<input${attributes} name="webhook_url" inputmode="url" spellcheck="false" value="${value('webhook_url', app.webhookUrl ?? '')}">`,
})}
${field({
  id: 'active_user_cap',
  label: 'Posting users in 24 hours',
  wrong: rulesFor(refused, 'active_user_cap'),
  help: 'Once audited. An app that is not audited has five.',
  control: (attributes) =>
    html`<input${attributes} name="active_user_cap" type="number" min="1" value="${value('active_user_cap', String(app.activeUserCap))}">`,
})}
<button class="primary">Save</button></form>`,
  )
}

function webhook(app: AppRow): Html {
  const has = app.webhookUrl !== undefined && app.webhookUrl !== ''
  return section(
    'webhook',
    'Webhook',
    html`<p>${
      has
        ? html`Events go to <code>${app.webhookUrl}</code>, signed with the client secret.`
        : 'No callback URL yet: save one in the details, then test it here.'
    }</p>
${has && action(`${pathOf(app)}/webhook-test`, 'Test URL')}
<p class="quiet">Sends a signed <code>emulator.test</code> event now. <a href="/_emulator/deliveries">All deliveries</a></p>`,
  )
}

function scopesSection(app: AppRow): Html {
  const shown = products.filter(
    (product) => app.kind === 'production' || product.scopes.some(allowedInSandbox),
  )
  return section(
    'scopes',
    'Products and scopes',
    html`<form method="post" action="${pathOf(app)}/scopes"><div class="grid">${shown.map(
      (product) => html`<fieldset><legend>${product.name}</legend><p class="quiet">${product.about}</p>
${product.scopes.map((scope) => scopeCheck(app, scope))}</fieldset>`,
    )}</div><button class="primary">Save scopes</button></form>`,
  )
}

function scopeCheck(app: AppRow, scope: string): Html {
  const entry = scopeEntry(scope)
  const notes = [
    entry?.token === 'client' ? 'app’s own token' : undefined,
    entry?.single ? 'used up by one request' : undefined,
  ].filter((note) => note !== undefined)
  return html`<label class="check"><input type="checkbox" name="scope" value="${scope}"${app.scopes.includes(scope) && html` checked`}>
<span>${entry?.title ?? scope} <code>${scope}</code><small>${entry?.consent}${notes.map((note) => ` · ${note}`)}</small></span></label>`
}

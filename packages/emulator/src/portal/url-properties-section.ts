import { verification } from '@tockwork/contracts'
import { action, field } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import type { AppRow, UrlPropertyRow } from '../state/model.ts'
import { pathOf, type Refused, rulesFor, section } from './section.ts'
import { fileAddress } from './url-properties.ts'

/** Domains and URL prefixes that TikTok may pull media from. */
export function urlPropertiesSection(app: AppRow, refused?: Refused): Html {
  return section(
    'url-properties',
    'URL properties',
    html`<p class="quiet">PULL_FROM_URL takes media only from here. A domain covers its subdomains; a prefix covers what begins with it.</p>
<ul class="steps-list">${app.urlProperties.map((property) => propertyItem(app, property))}
<li><form method="post" action="${pathOf(app)}/url-properties">
${field({
  id: 'property-value',
  label: 'Add a domain or a URL prefix',
  wrong: rulesFor(refused, 'value'),
  help: html`<code>static.example.com</code> or <code>https://example.com/videos/</code>`,
  control: (attributes) =>
    html`<input${attributes} name="value" required spellcheck="false" autocomplete="off" value="${refused?.entered.get('value')}">`,
})}
<button>Add</button></form></li></ul>`,
  )
}

function propertyItem(app: AppRow, property: UrlPropertyRow): Html {
  const fields = { value: property.value }
  const record = verification.record(property.token)
  return html`<li><div class="head"><h3>${property.value}</h3>
<span class="tag ${property.verified ? 'good' : 'warn'}">${property.kind}, ${property.verified ? 'verified' : 'not verified'}</span></div>
${
  !property.verified &&
  html`<dl class="facts">${
    property.kind === 'domain'
      ? html`<dt>TXT record</dt><dd><code>${record}</code></dd>`
      : html`<dt>File</dt><dd><code>${fileAddress(property)}</code></dd><dt>Content</dt><dd><code>${record}</code></dd>`
  }</dl>`
}
<div class="actions">${
    !property.verified &&
    html`${action(`${pathOf(app)}/url-properties/verify`, property.kind === 'domain' ? 'Verify: ask DNS' : 'Verify: fetch the file', fields, 'primary')}
${action(`${pathOf(app)}/url-properties/mark`, 'Mark as verified (emulator only)', fields)}`
  }${action(`${pathOf(app)}/url-properties/remove`, html`Remove<span class="sr"> ${property.value}</span>`, fields)}</div></li>`
}

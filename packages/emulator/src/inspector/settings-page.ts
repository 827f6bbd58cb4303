import { field, options } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import { type Refused, rulesFor } from '../portal/section.ts'
import { defaultSettings, type Settings, settingChoices, settingShares } from '../settings.ts'

type Name = keyof Settings

/** What each setting does, in the groups in which a person looks for them. A new setting does not compile without a line here. */
const about = {
  strict: ['Requests', 'Strict', 'Refuse what the documentation does not promise, instead of a warning.'],
  rateLimits: ['Requests', 'Rate limits', 'Enforce the documented limits.'],
  rateLimitHeaders: ['Requests', 'Rate-limit headers', 'Send them; TikTok’s pages do not promise them.'],
  hammeringRefusals: ['Requests', 'Shut out after refusals', 'So many 429 within a minute; 0 turns it off.'],
  hammeringSeconds: ['Requests', 'Shut out for (seconds)', ''],
  oauthErrorStatus: [
    'Tokens',
    'HTTP status of OAuth failures',
    '200 has been observed, the standard says 400.',
  ],
  accessTokenSeconds: ['Tokens', 'Access token lives (seconds)', ''],
  refreshTokenSeconds: ['Tokens', 'Refresh token lives (seconds)', ''],
  clientTokenSeconds: ['Tokens', 'Client token lives (seconds)', ''],
  codeSeconds: ['Tokens', 'Authorization code lives (seconds)', ''],
  refreshRotation: ['Tokens', 'A refresh does with the refresh token', ''],
  refreshGraceSeconds: ['Tokens', 'Grace of a rotated token (seconds)', ''],
  processingSeconds: ['Posting', 'Processing takes (seconds)', 'From the last byte to the outcome.'],
  moderationSeconds: ['Posting', 'Moderation takes (seconds)', 'From complete to public.'],
  moderation: ['Posting', 'Moderation decides', ''],
  inboxPostsAfterSeconds: ['Posting', 'Creators post drafts after (seconds)', '0: only when told to.'],
  exportSeconds: ['Data exports', 'An export is ready after (seconds)', ''],
  pendingSharesPerDay: ['Posting', 'Pending drafts in 24 hours', ''],
  unauditedUsersPerDay: ['Posting', 'Posting users of an app that is not audited', 'In 24 hours.'],
  pullFromLocal: ['Network', 'Pull media from this machine', 'http and loopback addresses, for development.'],
  webhooksToLocal: ['Network', 'Webhooks to this machine', 'http and loopback addresses, for development.'],
  keepMediaBytes: ['Network', 'Keep received files up to (bytes)', ''],
  researchVideos: ['Research', 'Videos in the world', 'Up to 16 million; they are computed, not kept.'],
  researchSeed: ['Research', 'Seed of the world', 'Another number is another world.'],
  researchDailyRequests: ['Research', 'Requests a UTC day', ''],
  researchDailyRelations: ['Research', 'Requests for followers and following a UTC day', ''],
  researchNotReady: ['Research', 'Result sets that are not ready at first', 'Share from 0 to 1.'],
  researchFailures: [
    'Research',
    'Calls that end in a failure of TikTok’s own',
    'Share from 0 to 1; they count.',
  ],
  researchFalseFailures: [
    'Research',
    'Users and playlists answered as HTTP 500 with whole data',
    'Share from 0 to 1, as clients report.',
  ],
  shopHttpsOnly: ['Shop', 'HTTPS only', 'Refuse plain http as the real gateway does.'],
  shopTokenSeconds: ['Shop', 'Token holds', 'Seconds.'],
  shopAuthorizationSeconds: ['Shop', 'A seller’s authorization holds', 'Seconds.'],
  shopAuditSeconds: ['Shop', 'Review of a product', 'Seconds.'],
  shopPaymentSeconds: ['Shop', 'Until a buyer pays', 'Seconds.'],
  shopUnpaidSeconds: ['Shop', 'Until an unpaid order is cancelled', 'Seconds.'],
  shopRemorseSeconds: ['Shop', 'A paid order is on hold', 'Seconds.'],
  shopCollectionSeconds: ['Shop', 'From shipping to the carrier’s scan', 'Seconds.'],
  shopTransitSeconds: ['Shop', 'From the scan to delivery', 'Seconds.'],
  shopAfterSalesSeconds: ['Shop', 'From delivery to completion', 'Seconds.'],
} as const satisfies Record<Name, readonly [group: string, label: string, help: string]>

const choices: Partial<Record<Name, readonly string[]>> = Object.fromEntries(
  Object.entries(settingChoices).map(([name, few]) => [name, few.map(String)]),
)

export function settingsPage(settings: Settings, refused?: Refused): Html {
  const names = Object.keys(about) as Name[]
  const groups = [...new Set(names.map((name) => about[name][0]))]
  return html`<form method="post" action="/_emulator/actions/settings"><div class="columns">${groups.map(
    (group) =>
      html`<fieldset class="card"><legend class="sr">${group}</legend><h2 aria-hidden="true">${group}</h2>${names
        .filter((name) => about[name][0] === group)
        .map((name) => settingField(settings, name, refused))}</fieldset>`,
  )}</div><p class="actions"><button class="primary">Save</button><button name="defaults" value="yes">Back to the defaults</button></p></form>`
}

function settingField(settings: Settings, name: Name, refused?: Refused): Html {
  const [, label, help] = about[name]
  const value = refused?.entered.get(name) ?? String(settings[name])
  if (typeof defaultSettings[name] === 'boolean')
    return html`<label class="check"><input type="checkbox" name="${name}" value="yes"${settings[name] === true && html` checked`}>
<span>${label}<small>${help}</small></span></label>`
  return field({
    id: name,
    label,
    ...(help === '' ? {} : { help }),
    wrong: rulesFor(refused, name),
    control: (attributes) => {
      const few = choices[name]
      return few === undefined
        ? html`<input${attributes} name="${name}" type="number" min="0"${settingShares.has(name) && html` max="1" step="any"`} value="${value}">`
        : html`<select${attributes} name="${name}">${options(
            few.map((one) => [one, one] as const),
            value,
          )}</select>`
    },
  })
}

/** The settings that a form of this page asks for, and what is wrong with them. */
export function readSettingsForm(form: URLSearchParams): {
  change: Partial<Settings>
  problems: { field: string; rule: string }[]
} {
  if (form.has('defaults')) return { change: { ...defaultSettings }, problems: [] }
  const change: Record<string, unknown> = {}
  const problems: { field: string; rule: string }[] = []
  for (const name of Object.keys(about) as Name[]) {
    const value = form.get(name)
    const before = defaultSettings[name]
    if (typeof before === 'boolean') change[name] = value !== null
    else if (value === null) continue
    else if (choices[name] !== undefined && !choices[name].includes(value))
      problems.push({ field: name, rule: `must be one of ${choices[name].join(', ')}` })
    else if (settingShares.has(name)) {
      const share = Number(value)
      if (value.trim() === '' || !(share >= 0 && share <= 1))
        problems.push({ field: name, rule: 'must be a number from 0 to 1' })
      else change[name] = share
    } else if (typeof before === 'number' && !/^\d{1,15}$/.test(value.trim()))
      problems.push({ field: name, rule: 'must be a whole number of at least 0' })
    else change[name] = typeof before === 'number' ? Number(value) : value
  }
  return { change: change as Partial<Settings>, problems }
}

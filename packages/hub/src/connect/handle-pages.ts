/** The pages for platforms that are made of many servers: the creator says who they are first. Plain HTML, no script. */
import type { Brand } from './brand.ts'
import { HANDLE_MESSAGES } from './messages/handle/index.ts'
import type { HandleMessages } from './messages/handle/messages.ts'
import type { Speech } from './messages/languages.ts'
import { fill } from './messages/messages.ts'
import { escapeHtml, type News, type Page, paragraph, whoWith } from './pages.ts'

/** What went wrong with what somebody typed, in the words of `HandleMessages`. */
export type HandleTrouble = 'notFound' | 'wrongPair' | 'ownPassword' | 'noAnswer' | 'noPage' | 'tooOften'

export function handleMessages({ language }: Speech): HandleMessages {
  return HANDLE_MESSAGES[language]
}

/** Who asks, for what, for how long; and the two ways in, the platform's own page before the password. */
export function handlePage(asked: {
  brand: Brand
  speech: Speech
  /** Where the forms lead. */
  action: string
  formTargets: readonly string[]
  /** Whether the platform's servers can send creators back here. */
  hasConsentPage: boolean
  identifier: string
  trouble: HandleTrouble | undefined
  /** The creator came back without connecting. */
  again: boolean
  news?: News | undefined
}): Page {
  const { brand, speech, action, identifier, trouble, hasConsentPage } = asked
  const say = handleMessages(speech)
  const who = { who: brand.name }
  const said =
    trouble === undefined ? '' : `<p class="alert" role="alert" id="trouble">${escapeHtml(say[trouble])}</p>`
  const handle = (id: string): string =>
    field({
      id,
      name: 'identifier',
      label: say.handle,
      hint: say.handleHint,
      value: identifier,
      attributes:
        'autocomplete="username" autocapitalize="none" spellcheck="false" inputmode="url" maxlength="300"',
      isWrong: trouble !== undefined,
    })
  const password = `<form method="post" action="${escapeHtml(action)}">${handle('handle-with-password')}${field(
    {
      id: 'password',
      name: 'password',
      label: say.appPassword,
      hint: say.passwordHint,
      value: '',
      attributes: 'type="password" autocomplete="off" maxlength="100"',
      isWrong: trouble === 'wrongPair' || trouble === 'ownPassword',
    },
  )}<button type="submit">${escapeHtml(say.connect)}</button></form>`
  const open = trouble !== undefined && ['wrongPair', 'ownPassword', 'noPage', 'tooOften'].includes(trouble)
  const points = [say.read, say.posts, say.publish].map((point) => `<li>${escapeHtml(point)}</li>`)
  return {
    status: trouble === undefined ? 200 : 422,
    title: fill(say.asks, who, speech.direction),
    picture: whoWith(brand, 'Bluesky'),
    formTargets: asked.formTargets,
    speech,
    brand,
    news: asked.news,
    body: [
      said,
      ...(asked.again && trouble === undefined ? [paragraph(speech.messages.again)] : []),
      paragraph(fill(say.ifYouAgree, who, speech.direction)),
      `<ul role="list">\n${points.join('\n')}\n</ul>`,
      paragraph(say.never),
      paragraph(say.endIt),
      ...(hasConsentPage
        ? [
            `<form method="post" action="${escapeHtml(action)}">${handle('handle')}<button type="submit">${escapeHtml(say.go)}</button></form>`,
            `<details${open ? ' open' : ''}><summary>${escapeHtml(say.orPassword)}</summary>${password}</details>`,
          ]
        : [password]),
      paragraph(speech.messages.unexpected, true),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  }
}

/** Which platform an account is to be connected of. */
export function pickPage(shown: {
  platforms: readonly { id: string; name: string }[]
  speech: Speech
  brand: Brand
  /** Hidden fields of each form. */
  carry: Readonly<Record<string, string>>
  news: News
}): Page {
  const { platforms, speech, brand, carry, news } = shown
  const hidden = (fields: Readonly<Record<string, string>>): string =>
    Object.entries(fields)
      .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
      .join('')
  return {
    status: 200,
    title: handleMessages(speech).pick,
    speech,
    brand,
    news,
    body: platforms
      .map(
        ({ id, name }) =>
          `<form class="pick" method="post" action="/connect/sdk">${hidden({ ...carry, act: 'connect', platform: id })}<button type="submit">${escapeHtml(name)}</button></form>`,
      )
      .join('\n'),
  }
}

function field(input: {
  id: string
  name: string
  label: string
  hint: string
  value: string
  /** Trusted markup. */
  attributes: string
  isWrong: boolean
}): string {
  const { id, name, label, hint, value, attributes, isWrong } = input
  const described = isWrong ? `${id}-hint trouble` : `${id}-hint`
  return `<p class="field"><label for="${id}">${escapeHtml(label)}</label><input id="${id}" name="${name}" value="${escapeHtml(value)}" required dir="ltr" ${attributes} aria-describedby="${described}"${isWrong ? ' aria-invalid="true"' : ''}><span class="soft" id="${id}-hint">${escapeHtml(hint)}</span></p>`
}

import { type Answer, redirectAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { type Content, type Html, html } from './html.ts'
import type { Notice } from './page.ts'

/** The fields of a form that a page of the emulator sent. */
export async function readForm(exchange: Exchange): Promise<URLSearchParams> {
  return new URLSearchParams((await exchange.body()).toString('utf8'))
}

/** What the next page says once: kept here, so that a link from elsewhere cannot put words on our pages. */
export class Notices {
  readonly #waiting = new Map<string, Notice>()
  #count = 0

  /** Back to the page that asked, which must be one of ours, with what was done said there. */
  back(to: string | null, notice?: Notice): Answer {
    // Two slashes or a backslash would lead to another site.
    const ours = to !== null && /^\/_emulator(\/[\w.?&=%~:+*!@-]*)+$/.test(to) ? to : '/_emulator/'
    const url = new URL(ours, 'http://emulator')
    if (notice !== undefined) {
      this.#count += 1
      const id = String(this.#count)
      this.#waiting.set(id, notice)
      if (this.#waiting.size > 50) this.#waiting.delete(this.#waiting.keys().next().value ?? '')
      url.searchParams.set('notice', id)
    }
    return redirectAnswer(url.pathname + url.search, 303)
  }

  take(exchange: Exchange): Notice | undefined {
    const id = exchange.query.get('notice') ?? ''
    const notice = this.#waiting.get(id)
    this.#waiting.delete(id)
    return notice
  }
}

/** The address of this page, without what was said on it. */
export function hereOf(exchange: Exchange): string {
  const query = new URLSearchParams(exchange.query)
  query.delete('notice')
  return query.size === 0 ? exchange.path : `${exchange.path}?${query}`
}

/** A button that does one thing, as a form of its own. */
export function action(
  path: string,
  label: Content,
  fields: Record<string, string> = {},
  kind: 'plain' | 'primary' | 'danger' = 'plain',
): Html {
  return html`<form method="post" action="${path}">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="small ${kind}">${label}</button></form>`
}

/** A labelled control with its help and, when it was refused, the rule. */
export function field(options: {
  id: string
  label: string
  help?: Content
  wrong?: readonly string[] | undefined
  control: (attributes: Html) => Html
}): Html {
  const { id, label, help, wrong = [], control } = options
  const described = [help !== undefined && `${id}-help`, wrong.length > 0 && `${id}-rule`]
    .filter(Boolean)
    .join(' ')
  const attributes = html` id="${id}"${described !== '' && html` aria-describedby="${described}"`}${wrong.length > 0 && html` aria-invalid="true"`}`
  return html`<div class="field${wrong.length > 0 && ' wrong'}"><label class="label" for="${id}">${label}</label>
${control(attributes)}
${help !== undefined && html`<small id="${id}-help">${help}</small>`}
${wrong.length > 0 && html`<p class="rule" id="${id}-rule">${wrong.join('; ')}</p>`}</div>`
}

/** Choices of a select, with the chosen one. */
export function options(choices: readonly (readonly [value: string, label: string])[], chosen: string): Html {
  return html`${choices.map(
    ([value, label]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`,
  )}`
}

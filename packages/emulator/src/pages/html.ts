/** Markup in which whatever is put in is text, unless it is markup made here too. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type Content = Html | string | number | false | null | undefined | readonly Content[]

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** `` html`<p title="${text}">${text}</p>` ``: values are escaped, lists are joined, nothing stays for no value. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + show(values[index - 1]) + part))
}

function show(value: Content): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if (value === undefined || value === null || value === false) return ''
  return value.map(show).join('')
}

/** Markup that is safe to put together: whatever was not written here is escaped on its way in. */

export interface Html {
  readonly markup: string
}

/** Trusted markup, as it stands. */
export function raw(markup: string): Html {
  return { markup }
}

/** A template whose values are escaped, unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Html)[]): Html {
  return raw(
    parts.reduce((before, part, at) => {
      const value = values[at - 1]
      return before + (typeof value === 'object' ? value.markup : escapeHtml(String(value))) + part
    }),
  )
}

export function join(pieces: readonly Html[]): Html {
  return raw(pieces.map(({ markup }) => markup).join(''))
}

/** Text of somebody else as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

import { ar } from './ar.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { ja } from './ja.ts'
import { ko } from './ko.ts'
import type { ConnectMessages } from './messages.ts'
import { nl } from './nl.ts'
import { pl } from './pl.ts'
import { pt } from './pt.ts'
import { tr } from './tr.ts'
import { zh } from './zh.ts'

/** By their codes; English is the one that everything falls back to. */
export const LANGUAGES = { en, ar, de, es, fr, it, ja, ko, nl, pl, pt, tr, zh } as const satisfies Record<
  string,
  ConnectMessages
>

export type Language = keyof typeof LANGUAGES

/** What a page is written in, and in which direction. */
export interface Speech {
  language: Language
  direction: 'ltr' | 'rtl'
  messages: ConnectMessages
}

/** @param wishes codes such as `de` or `pt-BR`, the best first; what is not known is passed over */
export function speechOf(wishes: readonly (string | null | undefined)[]): Speech {
  for (const wish of wishes) {
    const code = wish?.toLowerCase().split(/[-_]/)[0] ?? ''
    if (Object.hasOwn(LANGUAGES, code)) return speech(code as Language)
  }
  return speech('en')
}

/** The codes of an `Accept-Language` header, the most wanted first. RFC 9110, 12.5.4. */
export function acceptedLanguages(header: string | undefined): string[] {
  return (header ?? '')
    .slice(0, 500)
    .split(',')
    .flatMap((part) => {
      const [code = '', ...parameters] = part.trim().split(/\s*;\s*/)
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      const q = weight === undefined ? 1 : Number(weight.slice(2))
      return /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(code) && q > 0 ? [{ code, q }] : []
    })
    .sort((one, other) => other.q - one.q)
    .map(({ code }) => code)
}

function speech(language: Language): Speech {
  return { language, direction: language === 'ar' ? 'rtl' : 'ltr', messages: LANGUAGES[language] }
}

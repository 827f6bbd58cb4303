import { describe, expect, test } from 'vitest'
import { HANDLE_MESSAGES } from './handle/index.ts'
import { acceptedLanguages, LANGUAGES, speechOf } from './languages.ts'
import { fill } from './messages.ts'

const flat = (messages: object): [string, string][] =>
  Object.entries(messages).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : flat(value),
  )
const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()

describe('the languages of the connect pages', () => {
  test.each(Object.entries(LANGUAGES))(
    '%s says everything, and names whoever English names',
    (code, messages) => {
      const english = new Map(flat(LANGUAGES.en))
      const own = flat(messages)
      expect(own.map(([name]) => name).sort()).toEqual([...english.keys()].sort())
      for (const [name, text] of own) {
        expect(text.trim(), name).toBe(text)
        expect(text.length, name).toBeGreaterThan(1)
        expect(places(text), name).toEqual(places(english.get(name) ?? ''))
        // A text that was forgotten is still the English one.
        if (code !== 'en' && text.length > 12) expect(text, name).not.toBe(english.get(name))
      }
    },
  )

  test.each(Object.entries(HANDLE_MESSAGES))('%s says everything of sign-ins by handle', (code, messages) => {
    const english = HANDLE_MESSAGES.en
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort())
    for (const [name, text] of flat(messages)) {
      const original = english[name as keyof typeof english]
      expect(text.trim(), name).toBe(text)
      expect(places(text), name).toEqual(places(original))
      if (code !== 'en' && text.length > 12) expect(text, name).not.toBe(original)
    }
  })

  test('the one that is wanted most is taken, of those that there are', () => {
    const spoken = (header: string) => speechOf(acceptedLanguages(header)).language
    expect(spoken('de-CH, fr;q=0.8')).toBe('de')
    expect(spoken('xx, fr;q=0.5, it;q=0.9')).toBe('it')
    expect(spoken('fr;q=0, en;q=0.1')).toBe('en')
    expect(spoken('')).toBe('en')
    expect(spoken('__proto__, constructor')).toBe('en')
    expect(speechOf([null, 'pt-BR']).language).toBe('pt')
    expect(speechOf(['ar-EG'])).toMatchObject({ language: 'ar', direction: 'rtl' })
  })

  test('places are filled once, whatever the name holds', () => {
    expect(fill('{who} and {app}', { who: '{app}', app: 'B' })).toBe('{app} and B')
    expect(fill('«{app}»:', { app: 'B' }, 'rtl')).toBe('«\u2068B\u2069»:')
  })
})

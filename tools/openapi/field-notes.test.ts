import { expect, test } from 'vitest'
import { notesOf } from './field-notes.ts'

const read = (source: string) => notesOf('a.ts', source)

test('comments at fields are found through constants, spreads, lists, options, alternatives and checks', () => {
  expect(
    read(`
      const base = { method: 'POST', query: z.looseObject({ /** Names. */ fields: list() }) } as const
      /** About the constant, not about a field. */
      const inner = z.looseObject({
        /** Two
         * lines. */
        a: z.string(),
        // Not for readers of the documents.
        b: z.string(),
      })
      export const one = defineEndpoint({
        ...base,
        id: 'x.one',
        input: z.looseObject({ many: z.array(z.optional(inner)).check(z.minLength(1)) }),
        output: z.looseObject({ either: z.union([inner, z.looseObject({ /** Third. */ c: count() })]) }),
      })
    `),
  ).toEqual({
    'x.one': {
      query: { fields: 'Names.' },
      input: { 'many.a': 'Two lines.' },
      output: { 'either.a': 'Two lines.', 'either.c': 'Third.' },
    },
  })
})

test('a file without endpoints has none', () => {
  expect(read('export const a = { /** b */ b: 1 }')).toEqual({})
})

/** Words about fields, for documents alone: the schemas stay without them. */
import * as z from 'zod/v4/core'
import type { Endpoint } from '../vocabulary.ts'

/** What `wireSchema` says beside a field's type. */
export const fieldNotes = z.registry<{ description: string }>()

/**
 * Notes words at fields of an endpoint.
 * @param words by the field's dotted path; lists and alternatives are passed through
 * @throws {Error} naming a path that leads nowhere
 */
export function noteFields(
  endpoint: Endpoint,
  part: 'query' | 'input' | 'output',
  words: Readonly<Record<string, string>>,
): void {
  for (const [path, description] of Object.entries(words)) {
    const found = fieldsAt(endpoint[part], path.split('.'))
    if (found.length === 0) throw new Error(`${endpoint.id}: ${part} has no field ${path}`)
    for (const field of found) if (!fieldNotes.has(field)) fieldNotes.add(field, { description })
  }
}

function fieldsAt(schema: z.$ZodType | undefined, path: readonly string[]): z.$ZodType[] {
  if (schema === undefined) return []
  const [name, ...rest] = path
  if (name === undefined) return [schema]
  const def = schema._zod.def as z.$ZodTypes['_zod']['def']
  switch (def.type) {
    case 'object':
      return fieldsAt(def.shape[name], rest)
    case 'optional':
    case 'nullable':
      return fieldsAt(def.innerType, path)
    case 'array':
      return fieldsAt(def.element, path)
    case 'union':
      return def.options.flatMap((option) => fieldsAt(option, path))
    default:
      return []
  }
}

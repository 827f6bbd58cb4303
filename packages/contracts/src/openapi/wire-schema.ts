/** JSON Schema (2020-12) of what goes over the wire, from the schemas that read it. */
import * as z from 'zod/v4/core'
import { fieldNotes } from './field-notes.ts'

export type JsonSchema = { [key: string]: unknown }

/**
 * The wire side of a schema: 64-bit ids are integers, comma lists are text, and where several shapes can be read, the
 * documented one, which stands first in its union.
 */
export function wireSchema(schema: z.$ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    metadata: fieldNotes,
    override({ zodSchema, jsonSchema }) {
      const replacement = rewrite(zodSchema._zod.def as z.$ZodTypes['_zod']['def'], jsonSchema)
      if (replacement === undefined) return
      const { description } = jsonSchema
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as JsonSchema)[key]
      Object.assign(jsonSchema, replacement, description === undefined ? {} : { description })
    },
  })
  return json
}

/** What a schema is to be written as, where zod's own answer says too little; `undefined` keeps it. */
function rewrite(def: z.$ZodTypes['_zod']['def'], json: JsonSchema): JsonSchema | undefined {
  if (def.type === 'bigint') return { type: 'integer', format: 'int64' }
  if (def.type === 'object') {
    // Unknown fields are kept, which is what JSON Schema says when it says nothing.
    const { additionalProperties: _, ...rest } = json
    return rest
  }
  if (def.type === 'string' && typeof json.maxLength === 'number')
    // JSON Schema counts code points, TikTok UTF-16 code units: its bound is the looser of the two.
    return { ...json, description: `At most ${json.maxLength} UTF-16 code units.` }
  if (def.type === 'number' && json.type === 'integer') return withoutSafeBounds(json)
  if (def.type !== 'pipe') return undefined
  const wire = def.in._zod.def as z.$ZodTypes['_zod']['def']
  const ours = def.out._zod.def as z.$ZodTypes['_zod']['def']
  if (wire.type === 'string' && ours.type === 'array')
    return { type: 'string', description: 'Comma-separated.', 'x-items': wireSchema(ours.element) }
  if (wire.type !== 'union') return undefined
  const [written] = wire.options as [z.$ZodType]
  // Counts and times: every number that a codec reads is whole.
  return written._zod.def.type === 'number' ? { type: 'integer' } : wireSchema(written)
}

/** That a whole number is below 2^53 says nothing about TikTok. */
function withoutSafeBounds({ minimum, maximum, ...rest }: JsonSchema): JsonSchema {
  return {
    ...rest,
    ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  }
}

export const propertiesOf = (schema: JsonSchema): Record<string, JsonSchema> =>
  (schema.properties ?? {}) as Record<string, JsonSchema>

export const isRequired = (schema: JsonSchema, name: string): boolean =>
  ((schema.required ?? []) as string[]).includes(name)

/** A comma list as an array, for places where OpenAPI can say how it is joined. */
export function asList(schema: JsonSchema): JsonSchema {
  if (!('x-items' in schema)) return schema
  return { type: 'array', items: schema['x-items'] }
}

/** Notes at each field, at any depth, the scope that unlocks it. */
export function withScopes(schema: JsonSchema, scopes: Readonly<Record<string, string>>): JsonSchema {
  const properties = Object.entries(propertiesOf(schema)).map(([name, value]) => {
    const inner = withScopes(value, scopes)
    return [name, scopes[name] === undefined ? inner : { ...inner, 'x-scope': scopes[name] }]
  })
  const items = schema.items as JsonSchema | undefined
  return {
    ...schema,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(items === undefined ? {} : { items: withScopes(items, scopes) }),
  }
}

import type { FieldError } from '@tockwork/api'
import { z } from 'zod'

/**
 * The same schema with every object in it refusing fields that it does not know. A field that is silently dropped is a
 * typing mistake of the caller's that nobody sees.
 */
export function strictly<S extends z.ZodType>(schema: S): S {
  // Zod's own types describe every kind of definition; what is touched here is looked up by its `type`.
  const def = schema._zod.def as unknown as Definition
  const change = changed(def)
  if (change === undefined) return schema
  // Built of the same parts, with the same input and output types.
  return schema.clone({ ...def, ...change } as never) as S
}

interface Definition {
  type: string
  shape?: Record<string, z.ZodType>
  catchall?: z.ZodType
  element?: z.ZodType
  innerType?: z.ZodType
  options?: z.ZodType[]
  valueType?: z.ZodType
  items?: z.ZodType[]
  in?: z.ZodType
  left?: z.ZodType
}

function changed(def: Definition): Partial<Definition> | undefined {
  switch (def.type) {
    case 'object':
      return {
        shape: Object.fromEntries(
          Object.entries(def.shape ?? {}).map(([name, field]) => [name, strictly(field)]),
        ),
        catchall: def.catchall ?? z.never(),
      }
    case 'array':
      return def.element && { element: strictly(def.element) }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return def.innerType && { innerType: strictly(def.innerType) }
    case 'union':
      return def.options && { options: def.options.map(strictly) }
    case 'record':
      return def.valueType && { valueType: strictly(def.valueType) }
    case 'tuple':
      return def.items && { items: def.items.map(strictly) }
    case 'pipe':
      return def.in && { in: strictly(def.in) }
    default:
      return undefined
  }
}

type Issue = z.core.$ZodIssue

/** Zod's findings as ours: a path, a stable word, a sentence. */
export function fieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues.flatMap((issue) => fromIssue(issue, []))
}

function fromIssue(issue: Issue, before: readonly PropertyKey[]): FieldError[] {
  const path = [...before, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: pathText([...path, key]),
      rule: 'unknown_field',
      message: 'There is no such field',
    }))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative that came closest says most; the first of equals.
    const closest = issue.errors.reduce((best, other) => (other.length < best.length ? other : best))
    return closest.flatMap((inner) => fromIssue(inner, path))
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  const noNumber = issue.code === 'invalid_type' && issue.message.endsWith('received NaN')
  return [
    {
      field: pathText(path),
      rule: missing ? 'required' : ruleOf(issue),
      message: missing ? 'Missing' : noNumber ? 'Not a number' : issue.message,
    },
  ]
}

/** A refinement may name its own rule: `ctx.addIssue({ code: 'custom', params: { rule } })`. */
function ruleOf(issue: Issue): string {
  const rule = issue.code === 'custom' ? (issue.params?.['rule'] as unknown) : undefined
  return typeof rule === 'string' ? rule : issue.code
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  )
}

import { COMMON_PROBLEMS, OPERATION_GROUPS, type OperationShape, problemSchema } from '@tockwork/api'
import { z } from 'zod'
import { type DescribedWebhook, openApiWebhooks } from './openapi-webhooks.ts'

type JsonSchema = Record<string, unknown>

export interface OpenApiOptions {
  publicUrl?: string
  version: string
  /** What we send to others, by the event's name. */
  webhooks?: Readonly<Record<string, DescribedWebhook>>
}

/** The API as an OpenAPI 3.1 document, made of the schemas that validate. */
export function openApiDocument(
  operations: readonly OperationShape[],
  options: OpenApiOptions,
): Record<string, unknown> {
  const components = new Map<string, JsonSchema>()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation, components),
    }
  }
  const problem = schemaOf(problemSchema, 'output', components)
  const tags = [...new Set(operations.map(({ id }) => tagOf(id)))].map(describeTag)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tockwork hub',
      version: options.version,
      description: 'Accounts, tokens, posts and limits of TikTok apps, behind one API.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.publicUrl ?? 'http://localhost:4848' }],
    tags,
    security: [{ apiKey: [] }],
    paths,
    ...(options.webhooks === undefined ? {} : { webhooks: openApiWebhooks(options.webhooks) }),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `twk_live_…` or `twk_test_…`' },
      },
      responses: {
        Problem: {
          description: 'A refusal; compare `code`, and see `type` for its explanation',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

function describe(operation: OperationShape, components: Map<string, JsonSchema>): Record<string, unknown> {
  const codes = codesOf(operation)
  const success =
    operation.answer === null
      ? { description: 'Done' }
      : {
          description: 'Done',
          content: { 'application/json': { schema: schemaOf(operation.answer, 'output', components) } },
        }
  const parameters = [
    ...parametersOf(operation.params, 'path', components),
    ...parametersOf(operation.query, 'query', components),
    ...idempotencyParameter(operation),
  ]
  return {
    operationId: operation.id,
    tags: [tagOf(operation.id)],
    summary: operation.summary,
    ...descriptionOf(operation),
    ...(operation.scope === 'public' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(operation, components),
    responses: {
      [operation.status]: success,
      ...Object.fromEntries(
        [...codes].map(([status, names]) => [
          status,
          {
            description: names.map((name) => `\`${name}\``).join(', '),
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function descriptionOf(operation: OperationShape): { description?: string } {
  const scope =
    operation.scope === 'public'
      ? 'Needs no API key.'
      : operation.scope === null
        ? 'Any API key.'
        : `Needs the scope \`${operation.scope}\`.`
  return { description: [operation.description, scope].filter(Boolean).join('\n\n') }
}

/** The refusals worth naming: an operation's own, and those of its shape. Status -> codes. */
function codesOf(operation: OperationShape): Map<number, string[]> {
  const codes: Record<string, { status: number }> = { invalid_request: COMMON_PROBLEMS.invalid_request }
  if (operation.scope !== 'public') codes['unauthenticated'] = COMMON_PROBLEMS.unauthenticated
  if (typeof operation.scope === 'string' && operation.scope !== 'public')
    codes['scope_missing'] = COMMON_PROBLEMS.scope_missing
  if (operation.params !== undefined) codes['not_found'] = COMMON_PROBLEMS.not_found
  Object.assign(codes, operation.errors)
  const byStatus = new Map<number, string[]>()
  for (const [code, { status }] of Object.entries(codes))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  return new Map([...byStatus].sort(([a], [b]) => a - b))
}

function parametersOf(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
  components: Map<string, JsonSchema>,
): JsonSchema[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input', components) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

function idempotencyParameter(operation: OperationShape): JsonSchema[] {
  if (operation.method !== 'POST' || operation.idempotency === 'natural' || operation.scope === 'public')
    return []
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: operation.idempotency === 'required',
      description:
        'New for each thing you want done; sent again with the same request, the first answer comes back.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  ]
}

function bodyOf(
  operation: OperationShape,
  components: Map<string, JsonSchema>,
): { requestBody?: JsonSchema } {
  if (operation.body === undefined) return {}
  if (operation.body === 'stream')
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } } }
  return {
    requestBody: {
      required: !operation.body.safeParse(undefined).success,
      content: { 'application/json': { schema: schemaOf(operation.body, 'input', components) } },
    },
  }
}

function tagOf(id: string): string {
  return id.split('.')[0] ?? id
}

function describeTag(name: string): { name: string; description?: string } {
  const description = (OPERATION_GROUPS as Readonly<Record<string, string>>)[name]
  return description === undefined ? { name } : { name, description }
}

/** Keywords that hold values, not schemas. */
const VALUES = new Set(['examples', 'example', 'default', 'const', 'enum'])

/**
 * A JSON schema with everything that has a name (`.meta({ id })`) moved to the components. What we read is described as
 * strict as it is read: no fields besides. A name used on both sides is told apart as `…Input`.
 */
function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  components: Map<string, JsonSchema>,
): JsonSchema {
  const made = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (io === 'input' && jsonSchema.type === 'object' && jsonSchema.additionalProperties === undefined)
        jsonSchema.additionalProperties = false
      // What we answer may grow: a client that refuses unknown fields would break at the next version.
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  }) as JsonSchema
  const {
    $defs = {},
    $schema: _schema,
    ...root
  } = made as { $defs?: Record<string, JsonSchema> } & JsonSchema
  const nameOf = (id: string): string => (io === 'input' ? `${id}Input` : id)
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'id' || typeof Reflect.get(value, 'id') !== 'string')
        .map(([name, inner]) => [
          name,
          name === '$ref' && typeof inner === 'string'
            ? inner.replace(/^#\/\$defs\/(.+)$/, (_all, id: string) => `#/components/schemas/${nameOf(id)}`)
            : VALUES.has(name)
              ? inner
              : moved(inner),
        ]),
    )
  }
  for (const [id, definition] of Object.entries($defs))
    components.set(nameOf(id), moved(definition) as JsonSchema)
  const rootId = z.globalRegistry.get(schema)?.id
  // Zod answers a reference when the named schema stands in the definitions, and the schema itself when it is the root.
  if (rootId === undefined || '$ref' in root) return moved(root) as JsonSchema
  components.set(nameOf(rootId), moved(root) as JsonSchema)
  return { $ref: `#/components/schemas/${nameOf(rootId)}` }
}

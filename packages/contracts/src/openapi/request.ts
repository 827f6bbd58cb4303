/** The request half of an operation: query parameters, headers, body, and who may call. */
import { type Endpoint, type EndpointExample, possibilities } from '../vocabulary.ts'
import { asList, isRequired, type JsonSchema, propertiesOf, wireSchema } from './wire-schema.ts'

const MEDIA_TYPE = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
} as const

/** The query; comma lists are arrays that OpenAPI joins with commas. */
export function parametersOf(endpoint: Endpoint): JsonSchema[] {
  if (endpoint.auth === 'upload-url') return uploadParameters()
  if (endpoint.query === undefined) return []
  const schema = wireSchema(endpoint.query)
  return Object.entries(propertiesOf(schema)).map(([name, property]) => ({
    name,
    in: 'query',
    required: isRequired(schema, name),
    ...('x-items' in property ? { style: 'form', explode: false } : {}),
    ...descriptionOf(property),
    schema: asList(property),
  }))
}

/** On a parameter the words stand beside the schema; that a list is comma-separated its style says. */
function descriptionOf({ description }: JsonSchema): JsonSchema {
  return description === undefined || description === 'Comma-separated.' ? {} : { description }
}

function uploadParameters(): JsonSchema[] {
  return [
    {
      name: 'upload_id',
      in: 'query',
      required: true,
      description: 'From `upload_url`, which is to be used as it came.',
      schema: { type: 'string' },
    },
    {
      name: 'Content-Range',
      in: 'header',
      required: true,
      description: '`bytes FIRST-LAST/TOTAL`, from 0 and inclusive.',
      schema: { type: 'string', pattern: '^bytes \\d+-\\d+/\\d+$' },
      example: 'bytes 0-9999999/50000123',
    },
  ]
}

/** The body of one endpoint, or of several on one path, told apart by a field. */
export function requestBodyOf(
  group: readonly Endpoint[],
  contentTypes: readonly string[],
): JsonSchema | undefined {
  const [first] = group as [Endpoint]
  if (first.encoding === 'bytes')
    return {
      required: true,
      content: Object.fromEntries(contentTypes.map((type) => [type, {}])),
    }
  if (first.encoding === 'query' || first.input === undefined) return undefined
  const schemas = group.map((endpoint) => bodySchema(endpoint))
  const examples = group.flatMap((endpoint) =>
    (endpoint.examples ?? [])
      .filter(({ request }) => request !== undefined)
      .map((example) => [exampleKey(group, endpoint, example), bodyExample(endpoint, example)] as const),
  )
  const lists = group.flatMap((endpoint) => Object.entries(propertiesOf(wireSchema(endpoint.input as never))))
  const encoding = Object.fromEntries(
    lists.filter(([, p]) => 'x-items' in p).map(([name]) => [name, { style: 'form', explode: false }]),
  )
  return {
    required: schemas.some((schema) => schema.required !== undefined || schema.oneOf !== undefined),
    content: {
      [MEDIA_TYPE[first.encoding]]: {
        schema: schemas.length === 1 ? schemas[0] : { oneOf: schemas },
        ...(Object.keys(encoding).length === 0 ? {} : { encoding }),
        ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
      },
    },
  }
}

function bodySchema(endpoint: Endpoint): JsonSchema {
  const schema = wireSchema(endpoint.input as NonNullable<Endpoint['input']>)
  const titled = endpoint.when === undefined ? schema : { title: endpoint.when.equals, ...schema }
  if (endpoint.encoding !== 'form') return titled
  const fields = Object.entries(propertiesOf(schema)).map(([name, field]) => [name, asList(field)])
  return { ...titled, properties: Object.fromEntries(fields) }
}

function bodyExample(endpoint: Endpoint, example: EndpointExample): JsonSchema {
  let value = example.request
  if (endpoint.encoding === 'form') {
    const properties = propertiesOf(wireSchema(endpoint.input as NonNullable<Endpoint['input']>))
    value = Object.fromEntries(
      Object.entries(value as Record<string, unknown>).map(([name, item]) => [
        name,
        'x-items' in (properties[name] ?? {}) ? String(item).split(',') : item,
      ]),
    )
  }
  return { summary: example.name, ...noted(example), value }
}

/** Keys of examples are unique in an operation and safe in a URL. */
export function exampleKey(group: readonly Endpoint[], endpoint: Endpoint, example: EndpointExample): string {
  const name = group.length === 1 ? example.name : `${endpoint.when?.equals} ${example.name}`
  return name.replaceAll(/[^A-Za-z0-9._]+/g, '-').replaceAll(/^-|-$/g, '')
}

/** Says how a sample is known, unless it stands on the page. */
export function noted(example: EndpointExample): JsonSchema {
  const how = example.provenance === 'documented' ? '' : `(${example.provenance ?? 'documented'}) `
  const text = `${how}${example.note ?? ''}`.trim()
  return text === '' ? {} : { description: text }
}

/** Any one of a user's scopes is enough, so each is an alternative of its own. */
export function securityOf(endpoint: Endpoint): JsonSchema[] {
  if (endpoint.auth === 'client') return [{ clientToken: [] }]
  if (endpoint.auth === 'upload-url') return [{ uploadToken: [] }]
  if (endpoint.auth !== 'user') return []
  const scopes = new Set(possibilities(endpoint.scopes ?? []).flat())
  return [...scopes].map((scope) => ({ userToken: [scope] }))
}

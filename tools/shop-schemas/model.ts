/** From an operation of TikTok's OpenAPI files to what is kept of it. Words written for people are not looked at. */
import type { ShopField, ShopScalar } from '@tockwork/contracts/shop/model-notation'

export interface OpenApiSchema {
  type?: string
  format?: string
  properties?: Record<string, OpenApiSchema>
  items?: OpenApiSchema
}

export interface OpenApiOperation {
  parameters?: { name: string; in: string; required?: boolean; schema?: OpenApiSchema }[]
  requestBody?: { content: Record<string, { schema?: OpenApiSchema }> }
  responses: Record<string, { content?: Record<string, { schema?: OpenApiSchema }> }>
}

export interface ShopModel {
  query: ShopField[]
  body: ShopField[]
  data: ShopField[]
}

/** Set by whoever signs, or picked by the operation's entity. */
const OF_THE_CLIENT = new Set([
  'app_key',
  'sign',
  'timestamp',
  'access_token',
  'shop_cipher',
  'category_asset_cipher',
])

export function readModel(operation: OpenApiOperation): ShopModel {
  const query = (operation.parameters ?? [])
    .filter((each) => each.in === 'query' && !OF_THE_CLIENT.has(each.name))
    .map(({ name, required, schema }) => ({ ...fieldOf(name, schema ?? {}), required: required === true }))
  const [body] = Object.values(operation.requestBody?.content ?? {})
  const [answer] = Object.values(operation.responses['200']?.content ?? {})
  return {
    query: sorted(query),
    body: fieldsOf(body?.schema),
    data: fieldsOf(answer?.schema?.properties?.data),
  }
}

function fieldsOf(schema: OpenApiSchema | undefined): ShopField[] {
  return sorted(Object.entries(schema?.properties ?? {}).map(([name, each]) => fieldOf(name, each)))
}

function fieldOf(name: string, schema: OpenApiSchema): ShopField {
  if (!/^[\w.$-]+$/.test(name)) throw new Error(`a field is named ${JSON.stringify(name)}`)
  let depth = 0
  let inner = schema
  for (; inner.type === 'array'; depth += 1) inner = inner.items ?? {}
  const properties = fieldsOf(inner)
  return { name, required: false, depth, type: properties.length > 0 ? properties : scalarOf(inner) }
}

function scalarOf({ type, format }: OpenApiSchema): ShopScalar {
  if (type === 'string') return format === 'binary' ? 'f' : 's'
  if (type === 'integer') return format === 'int64' ? 'l' : 'i'
  if (type === 'number') return 'n'
  return type === 'boolean' ? 'b' : 'o'
}

/** The package's order is not kept from one version to the next. */
function sorted(fields: ShopField[]): ShopField[] {
  return fields.sort((a, b) => (a.name < b.name ? -1 : 1))
}

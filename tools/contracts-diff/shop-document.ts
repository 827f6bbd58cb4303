/** TikTok Shop's operations as an OpenAPI document, to hold TikTok's own specifications against. */
import { pathParameters, signing } from '@tockwork/contracts/shop'
import { shopOperations } from '@tockwork/contracts/shop/operations'
import { type ShopJsonSchema, shopSchema } from '@tockwork/contracts/shop/schemas'
import type { OpenApiDocument } from './compare.ts'

/** Every operation carries these; they are the client's business and stand in no model. */
const SIGNATURE = new Set([
  signing.appKey,
  signing.timestamp,
  signing.sign,
  signing.tokenHeader,
  'access_token',
  'shop_cipher',
  'category_asset_cipher',
  'content-type',
])

type Item = Record<string, unknown>

export async function shopDocuments(): Promise<Map<string, OpenApiDocument>> {
  const paths: Record<string, Item> = {}
  for (const { id, path, method, encoding } of shopOperations()) {
    const model = await shopSchema(id)
    const type = encoding === 'multipart' ? 'multipart/form-data' : 'application/json'
    paths[path] ??= {}
    paths[path][method.toLowerCase()] = {
      operationId: id,
      parameters: [
        ...pathParameters(path).map((name) => ({
          name,
          in: 'path',
          required: true,
          schema: { type: 'string' },
        })),
        ...parametersOf(model?.query),
      ],
      ...(model === undefined || Object.keys(model.body.properties ?? {}).length === 0
        ? {}
        : { requestBody: { content: { [type]: { schema: model.body } } } }),
      responses: {
        200: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  code: { type: 'integer' },
                  message: { type: 'string' },
                  request_id: { type: 'string' },
                  ...(model === undefined ? {} : { data: model.response }),
                },
              },
            },
          },
        },
      },
    }
  }
  return new Map([['shop.json', { openapi: '3.1.0', paths }]])
}

function parametersOf(query: ShopJsonSchema | undefined): object[] {
  const required = new Set(query?.required ?? [])
  return Object.entries(query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema,
  }))
}

/** The same documents without what every call of TikTok Shop carries, and with its paths as they are compared. */
export function withoutSignature(
  documents: ReadonlyMap<string, OpenApiDocument>,
): Map<string, OpenApiDocument> {
  return new Map(
    [...documents].map(([file, document]) => [
      file,
      {
        ...document,
        paths: Object.fromEntries(
          Object.entries(document.paths ?? {}).map(([path, item]) => [path, unsigned(item)]),
        ),
      },
    ]),
  )
}

function unsigned(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).map(([method, value]) => {
      const parameters = (value as { parameters?: { name?: string }[] } | null)?.parameters
      if (!Array.isArray(parameters)) return [method, value]
      const kept = parameters.filter(({ name = '' }) => !SIGNATURE.has(name.toLowerCase()))
      return [method, { ...(value as object), parameters: kept }]
    }),
  )
}

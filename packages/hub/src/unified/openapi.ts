/** The unified API as an OpenAPI 3.1 document of its own. */
import type { OperationShape } from '@tockwork/api'
import { z } from 'zod'
import { openApiDocument } from '../http/openapi.ts'
import type { PlainRoute } from '../http/ports.ts'
import { EXTENSIONS } from './context.ts'
import { errorEnvelope } from './refusals.ts'

type Json = Record<string, unknown>

const REFUSAL = 'application/problem+json'
const DESCRIPTION = [
  'Creators, their accounts, profiles and contents, publishing and webhooks, in the shapes of the hosted creator APIs: a client of those needs another base URL and nothing else.',
  'Every key is always there. Times are UTC without a zone. Ask for more in the header `Tockwork-Extend`, several words with commas between, or `all`:',
  Object.entries(EXTENSIONS)
    .map(([name, text]) => `- \`${name}\`: ${text}`)
    .join('\n'),
].join('\n\n')

const TAGS: Readonly<Record<string, string>> = {
  users: 'People as you know them.',
  sdkTokens: 'Tokens with which a page opens the Connect flow for one user.',
  workPlatforms: 'What can be connected, and what there is of each.',
  accounts: 'What a creator connected, how far the reading is, and how it ends.',
  profiles: 'Who a creator is on a platform.',
  audience: 'Who follows a creator.',
  contents: 'What a creator posted, with its counters and their history.',
  publications: 'Publishing.',
  webhooks: 'Where you are told of events, and what was told.',
}

/** Made of the schemas that validate; what differs from the hub's own document is who may call, and how it refuses. */
function unifiedDocument(
  operations: readonly OperationShape[],
  about: { publicUrl: string; version: string },
): Json {
  const made = openApiDocument(operations, about) as {
    info: Json
    paths: Record<string, Record<string, Json>>
    components: { schemas: Record<string, unknown>; securitySchemes: Json; responses: Json }
  } & Json
  const { Problem: _hubs, ...schemas } = made.components.schemas
  const {
    $defs,
    $schema: _schema,
    id: _id,
    ...root
  } = z.toJSONSchema(errorEnvelope, { io: 'output' }) as Json
  // A schema with a name is answered among the definitions or as it is, as Zod sees fit.
  const { id: _name, ...error } = ($defs as { Error?: Json } | undefined)?.Error ?? root
  const refusal = {
    description: 'A refusal; compare `error_code`',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
  return {
    ...made,
    info: { ...made.info, title: 'Tockwork: one API for creators', description: DESCRIPTION },
    tags: (made.tags as { name: string }[]).map(({ name }) => ({
      name,
      description: TAGS[name] ?? 'A product that none of the platforms offers to an app: lists are empty.',
    })),
    security: [{ basic: [] }],
    paths: Object.fromEntries(
      Object.entries(made.paths).map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, retold(operation)])),
      ]),
    ),
    components: {
      ...made.components,
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'The id of an API key (`key_…`) as the user name, the key as the password',
        },
      },
      parameters: {
        Extend: {
          name: 'Tockwork-Extend',
          in: 'header',
          required: false,
          description: 'More than the shapes in common, for whoever asks for it',
          schema: { type: 'string' },
          example: Object.keys(EXTENSIONS).join(', '),
        },
      },
      responses: { Refusal: refusal },
      schemas: { ...schemas, Error: open(error) },
    },
  }
}

function retold(operation: Json): Json {
  const responses = Object.entries(operation.responses as Record<string, Json>).map(([status, response]) => {
    if (status === 'default') return [status, { $ref: '#/components/responses/Refusal' }]
    const { content } = response as { content?: Json }
    if (content?.[REFUSAL] === undefined) return [status, response]
    return [
      status,
      { ...response, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    ]
  })
  const { parameters = [] } = operation as { parameters?: Json[] }
  return {
    ...operation,
    parameters: [...parameters, { $ref: '#/components/parameters/Extend' }],
    responses: Object.fromEntries(responses),
  }
}

/** Answers may grow: a client that refuses unknown fields would break at the next version. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => !(name === 'additionalProperties' && value === false))
      .map(([name, value]) => [name, open(value)]),
  )
}

/** Where it is read; it needs no key. */
export function documentRoute(
  operations: readonly OperationShape[],
  about: { publicUrl: string; version: string },
): PlainRoute {
  const body = JSON.stringify(unifiedDocument(operations, about))
  return {
    method: 'GET',
    path: '/openapi/creators.json',
    handle: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    }),
  }
}

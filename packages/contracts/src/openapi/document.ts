/** OpenAPI 3.1 documents, one a host, from the contracts. */
import { flatError, standardEnvelope } from '../envelope.ts'
import { failReasons, oauthErrors, openErrors } from '../errors.ts'
import { mediaRules } from '../media-rules.ts'
import { scopes } from '../scopes.ts'
import type { Endpoint, Host } from '../vocabulary.ts'
import { parametersOf, requestBodyOf, securityOf } from './request.ts'
import { responsesOf } from './response.ts'
import { webhookItems } from './webhook-items.ts'
import { type JsonSchema, propertiesOf, wireSchema } from './wire-schema.ts'

const ABOUT: Readonly<Record<Host, { title: string; description: string }>> = {
  'open.tiktokapis.com': {
    title: 'TikTok for Developers: open API',
    description:
      'OAuth, Display, Content Posting and Data Portability, and the webhooks that TikTok sends. 64-bit ids are JSON numbers past 2^53: read and write them without loss.',
  },
  'open-upload.tiktokapis.com': {
    title: 'TikTok for Developers: media upload',
    description:
      'Where the bytes of a video go. `upload_url` of an init names the address; other hosts under tiktokapis.com and other paths occur, so use it as it came.',
  },
  'www.tiktok.com': {
    title: 'TikTok for Developers: consent and oEmbed',
    description:
      'The page on which a user grants scopes, and the description of public videos for embedding.',
  },
}

const FAMILIES: Readonly<Record<string, string>> = {
  oauth: 'Consent, tokens, QR code login.',
  display: 'Profiles and public videos.',
  posting: 'Direct posts, drafts, photos, status.',
  portability: 'Exports of a user’s data (EEA and UK).',
  embed: 'Embedding public posts.',
  webhooks: 'What TikTok sends to an app.',
}

/**
 * One document for each host.
 * @param endpoints with their examples, as in `@tockwork/contracts/all`. Values may hold `bigint`: write the documents
 * with `stringifyJson`.
 */
export function openApiDocuments(endpoints: readonly Endpoint[]): Record<Host, JsonSchema> {
  const hosts = Object.keys(ABOUT) as Host[]
  return Object.fromEntries(
    hosts.map((host) => [
      host,
      openApiDocument(
        host,
        endpoints.filter((e) => e.host === host),
      ),
    ]),
  ) as Record<Host, JsonSchema>
}

function openApiDocument(host: Host, endpoints: readonly Endpoint[]): JsonSchema {
  // Map.groupBy would do; Node 20 lacks it.
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const key = `${endpoint.method} ${endpoint.path}`
    groups.set(key, [...(groups.get(key) ?? []), endpoint])
  }
  const paths: Record<string, JsonSchema> = {}
  for (const group of groups.values()) {
    const [{ method, path }] = group as [Endpoint]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(group) }
  }
  const webhooks = host === 'open.tiktokapis.com' ? webhookItems() : {}
  const families = [
    ...new Set(endpoints.map(familyOf)),
    ...(Object.keys(webhooks).length > 0 ? ['webhooks'] : []),
  ]
  return {
    'x-generated': 'By `npm run openapi` from packages/contracts. Change the contracts, not this file.',
    openapi: '3.1.0',
    info: {
      ...ABOUT[host],
      version: 'v2',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `https://${host}` }],
    tags: families.map((name) => ({ name, description: FAMILIES[name] ?? name })),
    paths,
    ...(Object.keys(webhooks).length > 0 ? { webhooks } : {}),
    components: components(endpoints),
    ...(host === 'open.tiktokapis.com'
      ? { 'x-errors': { open: openErrors, oauth: oauthErrors, fail_reason: failReasons } }
      : {}),
  }
}

const familyOf = ({ id }: Endpoint): string => id.slice(0, id.indexOf('.'))

/** `oauth.token` for the grants that share `/v2/oauth/token/`. */
function operationId(group: readonly Endpoint[]): string {
  const [first] = group as [Endpoint]
  if (group.length === 1) return first.id
  return `${familyOf(first)}.${first.path.split('/').filter(Boolean).at(-1)}`
}

function operation(group: readonly Endpoint[]): JsonSchema {
  const [first] = group as [Endpoint]
  const parameters = parametersOf(first)
  const requestBody = requestBodyOf(group, mediaRules.upload.contentTypes)
  const { lifecycle } = first
  return {
    operationId: operationId(group),
    tags: [familyOf(first)],
    summary: group.length === 1 ? first.title : 'Get or renew tokens',
    ...(group.length === 1
      ? {}
      : { description: group.map((e) => `- \`${e.when?.field}=${e.when?.equals}\`: ${e.title}`).join('\n') }),
    externalDocs: {
      url: first.doc.url,
      ...(first.doc.retrieved === undefined ? {} : { description: `As read on ${first.doc.retrieved}` }),
    },
    ...(lifecycle?.deprecated === undefined ? {} : { deprecated: true }),
    security: securityOf(first),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: responsesOf(group),
    'x-auth': first.auth,
    ...(first.scopes === undefined ? {} : { 'x-scopes': first.scopes }),
    ...(first.limits === undefined ? {} : { 'x-rate-limit': first.limits }),
    'x-repeat': first.repeat,
    ...(lifecycle === undefined ? {} : { 'x-lifecycle': lifecycle }),
    ...(group.length === 1 ? {} : { 'x-endpoints': group.map((e) => ({ id: e.id, when: e.when })) }),
  }
}

function components(endpoints: readonly Endpoint[]): JsonSchema {
  const uses = (auth: Endpoint['auth']): boolean => endpoints.some((endpoint) => endpoint.auth === auth)
  const standard = endpoints.some(({ envelope }) => envelope === 'standard' || envelope === 'bytes')
  const flat = endpoints.some((e) => e.envelope === 'flat' || (e.envelope === 'empty' && e.auth === 'app'))
  const outcome = propertiesOf(wireSchema(standardEnvelope)).error as JsonSchema
  const withCodes = (schema: JsonSchema, field: string, codes: readonly string[]): JsonSchema => ({
    ...schema,
    properties: {
      ...propertiesOf(schema),
      [field]: { anyOf: [{ type: 'string', enum: codes }, { type: 'string' }] },
    },
  })
  const schemas = {
    ...(standard
      ? {
          Outcome: {
            ...withCodes(outcome, 'code', ['ok', ...Object.keys(openErrors)]),
            description: '`code` is `ok` on success. Keep `log_id`: TikTok’s support asks for it.',
          },
          Failure: {
            type: 'object',
            properties: { data: { type: 'object' }, error: { $ref: '#/components/schemas/Outcome' } },
            required: ['error'],
          },
        }
      : {}),
    ...(flat
      ? {
          OAuthFailure: {
            ...withCodes(wireSchema(flatError), 'error', Object.keys(oauthErrors)),
            description: 'A failure of an OAuth call, with any HTTP status: the presence of `error` decides.',
          },
        }
      : {}),
  }
  const securitySchemes = {
    ...(uses('user') ? { userToken: userToken() } : {}),
    ...(uses('client')
      ? { clientToken: { type: 'http', scheme: 'bearer', description: 'A client token (`clt.`).' } }
      : {}),
    ...(uses('upload-url')
      ? {
          uploadToken: {
            type: 'apiKey',
            in: 'query',
            name: 'upload_token',
            description: 'Part of `upload_url`; a credential for one hour.',
          },
        }
      : {}),
  }
  return {
    ...(Object.keys(schemas).length > 0 ? { schemas } : {}),
    ...(Object.keys(securitySchemes).length > 0 ? { securitySchemes } : {}),
  }
}

function userToken(): JsonSchema {
  const granted = Object.entries(scopes).filter(([, { token }]) => token === 'user')
  return {
    type: 'oauth2',
    description:
      'TikTok’s names differ from OAuth’s: `client_key` for `client_id`, scopes separated by commas.',
    flows: {
      authorizationCode: {
        authorizationUrl: 'https://www.tiktok.com/v2/auth/authorize/',
        tokenUrl: 'https://open.tiktokapis.com/v2/oauth/token/',
        refreshUrl: 'https://open.tiktokapis.com/v2/oauth/token/',
        scopes: Object.fromEntries(granted.map(([name, { title }]) => [name, title])),
      },
    },
  }
}

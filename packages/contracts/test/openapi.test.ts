import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { endpoints } from '../src/all.ts'
import { type Host, oauthErrors, openErrors } from '../src/index.ts'
import { openApiDocuments, wireSchema } from '../src/openapi/index.ts'
import { commaList, count, int64, openEnum, text } from '../src/schema.ts'

type Json = Record<string, unknown>
interface Operation extends Json {
  operationId: string
  responses: Record<string, Json & { 'x-error-codes'?: string[] }>
  security: Record<string, string[]>[]
}

const documents = openApiDocuments(endpoints)
const operations = Object.values(documents).flatMap(({ paths }) =>
  Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  ),
)
const operationOf = (path: string): Operation =>
  operations.find((o) => o.path === path)?.operation as Operation

describe('the wire side of a schema', () => {
  test('a 64-bit id is an integer, a count an integer, a list its text', () => {
    const schema = z.looseObject({
      id: int64(),
      many: z.optional(count()),
      scope: commaList(),
      ids: z.array(int64()),
      status: openEnum(['A', 'B']),
      title: text(90),
    })
    expect(wireSchema(schema)).toEqual({
      type: 'object',
      properties: {
        id: { type: 'integer', format: 'int64' },
        many: { type: 'integer' },
        scope: { type: 'string', description: 'Comma-separated.', 'x-items': { type: 'string' } },
        ids: { type: 'array', items: { type: 'integer', format: 'int64' } },
        status: { anyOf: [{ type: 'string', enum: ['A', 'B'] }, { type: 'string' }] },
        title: { type: 'string', maxLength: 90, description: 'At most 90 UTF-16 code units.' },
      },
      required: ['id', 'scope', 'ids', 'status', 'title'],
    })
  })

  test('what a codec writes is of the type that is shown', () => {
    const check = (schema: z.ZodMiniType, value: unknown): void => {
      const { type } = wireSchema(schema)
      const written = z.encode(schema, value)
      const kind = typeof written === 'bigint' || Number.isInteger(written) ? 'integer' : typeof written
      expect(kind).toBe(type)
    }
    check(int64(), '7602997517160123666')
    check(count(), 5)
    check(commaList(), ['a', 'b'])
  })
})

describe('documents', () => {
  test('every endpoint is in one, by method and path', () => {
    for (const { method, path, host } of endpoints) {
      const paths = documents[host as Host].paths as Record<string, Json>
      expect(paths[path], `${host}${path}`).toHaveProperty(method.toLowerCase())
    }
  })

  test('operation ids are unique; grants that share a path are alternatives', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const token = operationOf('/v2/oauth/token/')
    expect(token).toMatchObject({ operationId: 'oauth.token' })
    const { schema } = (
      token.requestBody as { content: Record<string, { schema: { oneOf: { title: string }[] } }> }
    ).content['application/x-www-form-urlencoded'] as { schema: { oneOf: { title: string }[] } }
    expect(schema.oneOf.map(({ title }) => title)).toEqual([
      'authorization_code',
      'refresh_token',
      'client_credentials',
    ])
  })

  test('every declared code stands at its HTTP status', () => {
    for (const endpoint of endpoints) {
      const { responses } = operationOf(endpoint.path)
      const standard = endpoint.envelope === 'standard' || endpoint.envelope === 'bytes'
      for (const code of endpoint.errors ?? []) {
        const status = standard
          ? (endpoint.errorStatus?.[code] ?? openErrors[code as keyof typeof openErrors].status)
          : endpoint.envelope === 'page'
            ? 302
            : oauthErrors[code as keyof typeof oauthErrors].status
        const response = responses[status === 500 ? '5XX' : status]
        expect(response?.['x-error-codes'], `${endpoint.id}: ${code}`).toContain(code)
      }
    }
  })

  test('the caps of creator info are HTTP 200', () => {
    const { responses } = operationOf('/v2/post/publish/creator_info/query/')
    expect(responses[200]?.['x-error-codes']).toEqual([
      'spam_risk_too_many_posts',
      'spam_risk_user_banned_from_posting',
      'reached_active_user_cap',
    ])
    expect(responses[403]).toBeUndefined()
  })

  test('scopes stand at operations and at fields', () => {
    expect(operationOf('/v2/post/publish/content/init/').security).toEqual([
      { userToken: ['video.publish'] },
      { userToken: ['video.upload'] },
    ])
    const text = JSON.stringify(operationOf('/v2/user/info/').responses[200])
    expect(text).toContain('"follower_count":{"type":"integer","x-scope":"user.info.stats"}')
    expect(operationOf('/v2/oauth/token/').security).toEqual([])
  })

  test('limits and repeating are there', () => {
    expect(operationOf('/v2/post/publish/video/init/')).toMatchObject({
      'x-rate-limit': [{ requests: 6, seconds: 60, per: 'token' }],
      'x-repeat': { by: 'source_info.source' },
    })
  })

  test('an endpoint that is deprecated says so', () => {
    const [first] = endpoints
    const lifecycle = { deprecated: '2026-10-23', successor: 'x' }
    const { paths } = openApiDocuments([{ ...first, lifecycle } as never])['www.tiktok.com'] as {
      paths: Record<string, { get: Json }>
    }
    expect(paths['/v2/auth/authorize/']?.get).toMatchObject({ deprecated: true, 'x-lifecycle': lifecycle })
  })

  test('the content of a webhook is JSON inside a string', () => {
    const { webhooks } = documents['open.tiktokapis.com'] as { webhooks: Record<string, Json> }
    expect(
      JSON.stringify(webhooks['portability.download.ready'], (_k, v) => (typeof v === 'bigint' ? `${v}` : v)),
    ).toContain(
      '"contentSchema":{"type":"object","properties":{"request_id":{"type":"integer","format":"int64"}},"required":["request_id"]}',
    )
  })
})

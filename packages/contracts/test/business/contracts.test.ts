import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson, stringifyJson } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import * as business from '../../src/business/index.ts'
import {
  accountDay,
  accountFields,
  accountScopes,
  assumedAccountScopes,
  businessAccount,
  businessEndpoints,
  businessEnvelope,
  businessErrors,
  businessVideoFieldScopes,
  businessVideoFields,
  listBusinessVideos,
} from '../../src/business/index.ts'
import { type Endpoint, lookUpError, possibilities } from '../../src/index.ts'
import { openApiDocuments } from '../../src/openapi/index.ts'

interface Sample {
  endpoint: string
  name: string
  query?: Record<string, string>
  request?: unknown
  response: { code: number; data: unknown }
}

const file = join(import.meta.dirname, '../../../../fixtures/business/accounts.json')
const samples = (parseJson(readFileSync(file, 'utf8')) as { endpoints: Sample[] }).endpoints
const of = ({ endpoint }: Sample): Endpoint => businessEndpoints.find(({ id }) => id === endpoint) as Endpoint

/** What comes out must be what went in. */
function roundTrip(schema: unknown, wire: unknown): unknown {
  const codec = schema as z.ZodMiniType
  return parseJson(stringifyJson(z.encode(codec, z.decode(codec, wire))))
}

describe('the list of endpoints is whole', () => {
  test('what is exported is listed, once, with a path that ends in a slash and a sample', () => {
    const exported = (Object.values(business) as unknown[]).filter(
      (value): value is Endpoint =>
        typeof value === 'object' && value !== null && 'envelope' in value && 'path' in value,
    )
    expect(businessEndpoints.map(({ id }) => id).sort()).toEqual(exported.map(({ id }) => id).sort())
    for (const { id, path } of businessEndpoints) {
      expect(path).toMatch(/^\/open_api\/v1\.3\/.+\/$/)
      expect(
        samples.some(({ endpoint }) => endpoint === id),
        id,
      ).toBe(true)
    }
  })

  test('codes, scopes and fields that are named exist', () => {
    for (const endpoint of businessEndpoints) {
      for (const code of endpoint.errors ?? []) expect(businessErrors, endpoint.id).toHaveProperty([code])
      const named = [
        ...possibilities(endpoint.scopes ?? []).flat(),
        ...Object.values(endpoint.fieldScopes ?? {}),
      ]
      for (const scope of named) expect(accountScopes, endpoint.id).toHaveProperty([scope])
    }
    for (const scope of Object.values(assumedAccountScopes)) expect(accountScopes).toHaveProperty([scope])
    const shapes = { ...businessAccount.shape, ...accountDay.shape }
    for (const field of accountFields) expect(shapes).toHaveProperty(field)
    expect(Object.keys(businessVideoFieldScopes)).toEqual([...businessVideoFields])
  })
})

describe('samples', () => {
  const title = '$endpoint: $name'
  test.each(samples.filter(({ query }) => query !== undefined))(`query of ${title}`, (sample) => {
    expect(roundTrip(of(sample).query, sample.query)).toEqual(sample.query)
  })
  test.each(samples.filter(({ request }) => request !== undefined))(`body of ${title}`, (sample) => {
    expect(roundTrip(of(sample).input, sample.request)).toEqual(sample.request)
  })
  test.each(samples)(`answer of ${title}`, (sample) => {
    const { code, data } = z.decode(businessEnvelope, sample.response)
    if (code !== 0) expect(of(sample).errors).toContain(String(code))
    else expect(roundTrip(of(sample).output, data)).toEqual(data)
  })
})

test('lists and objects of a query are JSON text, and what is none is named', () => {
  const query = {
    business_id: 'b',
    fields: ['item_id', 'likes'] as const,
    filters: { video_ids: ['7602997517160123666'] },
  }
  expect(z.encode(listBusinessVideos.query, { ...query, fields: [...query.fields] })).toEqual({
    business_id: 'b',
    fields: '["item_id","likes"]',
    filters: '{"video_ids":["7602997517160123666"]}',
  })
  const wrong = (fields: string) =>
    z.safeDecode(listBusinessVideos.query, { business_id: 'b', fields }).error?.issues[0]
  expect(wrong('item_id,likes')).toMatchObject({ path: ['fields'], message: 'expected JSON text' })
  expect(wrong('["likes"]')).toMatchObject({ path: ['fields'], message: 'must hold item_id' })
  // A bare number of 19 digits keeps all of them.
  const read = z.decode(listBusinessVideos.query, {
    business_id: 'b',
    filters: '{"video_ids":[7602997517160123666]}',
  })
  expect(read.filters?.video_ids).toEqual(['7602997517160123666'])
})

test('times differ by field: seconds as text, milliseconds as a number', () => {
  const answer = z.decode(listBusinessVideos.output, {
    videos: [{ item_id: 7602997517160123666n, create_time: '1763990000' }],
    cursor: 1763990000000,
  })
  expect(answer).toEqual({
    videos: [{ item_id: '7602997517160123666', create_time: 1_763_990_000 }],
    cursor: '1763990000000',
  })
})

test('a code is explained, with the words of what to do, and says how it is known', () => {
  expect(lookUpError('40102')).toEqual([
    expect.objectContaining({ kind: 'business', retry: 'now', retryHint: 'refresh', needs: 'refresh' }),
  ])
  expect(lookUpError('40100')[0]).toMatchObject({ retry: 'after', afterSeconds: 300 })
  expect(lookUpError('51065')[0]?.provenance).toBe('observed')
  // Only a consent can mend it, so that no repetition can.
  for (const [code, { retry, needs }] of Object.entries(businessErrors))
    if (needs === 'reconnect' || needs === 'scope' || needs === 'credentials')
      expect(retry, code).toBe('never')
})

test('no OpenAPI document of TikTok for Developers takes them in', () => {
  for (const document of Object.values(openApiDocuments(businessEndpoints)))
    expect((document as { paths: object }).paths).toEqual({})
})

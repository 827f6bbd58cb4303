import { parseJson, stringifyJson } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { endpoints } from '../src/all.ts'
import { decide, type Endpoint, lookUpError, possibilities, scopes, standardEnvelope } from '../src/index.ts'

const overTheWire = (value: unknown): unknown => parseJson(stringifyJson(value))

function readAnswer(endpoint: Endpoint, response: unknown): unknown {
  const schema = endpoint.output
  if (schema === undefined) return undefined
  if (endpoint.envelope !== 'standard') return z.decode(schema as z.ZodMiniType, response)
  const envelope = z.decode(standardEnvelope, response as z.input<typeof standardEnvelope>)
  expect(envelope.error.code).toBe('ok')
  return z.decode(schema as z.ZodMiniType, envelope.data ?? {})
}

const documented = endpoints.flatMap((endpoint) =>
  (endpoint.examples ?? []).map((example) => ({ endpoint, example })),
)

describe('documented examples', () => {
  test.each(documented.filter(({ example }) => example.request !== undefined))(
    '$endpoint.id request: $example.name',
    ({ endpoint, example }) => {
      const schema = endpoint.input as z.ZodMiniType
      const ours = z.decode(schema, overTheWire(example.request))
      expect(overTheWire(z.encode(schema, ours))).toEqual(overTheWire(example.request))
    },
  )

  test.each(documented.filter(({ example }) => example.query !== undefined))(
    '$endpoint.id query: $example.name',
    ({ endpoint, example }) => {
      const schema = endpoint.query as z.ZodMiniType
      expect(z.encode(schema, z.decode(schema, example.query))).toEqual(example.query)
    },
  )

  test.each(documented.filter(({ example }) => example.response !== undefined))(
    '$endpoint.id answer: $example.name',
    ({ endpoint, example }) => {
      const ours = readAnswer(endpoint, overTheWire(example.response))
      if (endpoint.output === undefined) return
      const wire = overTheWire(z.encode(endpoint.output as z.ZodMiniType, ours))
      const { data } = example.response as { data?: unknown }
      expect(wire).toEqual(overTheWire(endpoint.envelope === 'standard' ? (data ?? {}) : example.response))
    },
  )
})

describe('the catalogue is whole', () => {
  test('ids are unique, and so are method, host and path with their discriminator', () => {
    expect(new Set(endpoints.map((e) => e.id)).size).toBe(endpoints.length)
    const routes = endpoints.map((e) => `${e.method} ${e.host}${e.path} ${e.when?.equals ?? ''}`)
    expect(new Set(routes).size).toBe(routes.length)
  })

  test('every code, scope and field scope that an endpoint names exists', () => {
    for (const endpoint of endpoints) {
      for (const code of [...(endpoint.errors ?? []), ...Object.values(endpoint.invalidField ?? {})]) {
        expect(lookUpError(code), `${endpoint.id}: ${code}`).not.toEqual([])
      }
      const named = [
        ...possibilities(endpoint.scopes ?? []).flat(),
        ...Object.values(endpoint.fieldScopes ?? {}),
      ]
      for (const scope of named) expect(Object.keys(scopes), endpoint.id).toContain(scope)
    }
  })

  test('a choice by a body field is made from the body', () => {
    const content = endpoints.find((e) => e.id === 'posting.initContent') as Endpoint
    expect(decide(content.scopes ?? [], { post_mode: 'MEDIA_UPLOAD' })).toEqual(['video.upload'])
    const video = endpoints.find((e) => e.id === 'posting.initVideo') as Endpoint
    expect(decide(video.repeat, { source_info: { source: 'FILE_UPLOAD' } })).toBe('safe')
    expect(decide(video.repeat, { source_info: { source: 'PULL_FROM_URL' } })).toBe('unless-sent')
    expect(decide(video.repeat, {})).toBe('unless-sent')
  })
})

test('post ids of 19 digits are strings here and numbers on the wire', () => {
  const status = endpoints.find((e) => e.id === 'posting.publishStatus')?.output as z.ZodMiniType
  const wire = '{"status":"PUBLISH_COMPLETE","publicaly_available_post_id":[7602997517160123666]}'
  const ours = z.decode(status, parseJson(wire)) as { publicaly_available_post_id: string[] }
  expect(ours.publicaly_available_post_id).toEqual(['7602997517160123666'])
  expect(stringifyJson(z.encode(status, ours))).toBe(wire)
  for (const shape of [7602997517160123666n, '7602997517160123666', ['7602997517160123666']]) {
    const read = z.decode(status, { status: 'NEW_STATUS', publicaly_available_post_id: shape })
    expect(read).toEqual({ status: 'NEW_STATUS', publicaly_available_post_id: ['7602997517160123666'] })
  }
})

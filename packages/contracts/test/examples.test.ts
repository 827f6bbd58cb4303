import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson, stringifyJson } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { endpoints } from '../src/all.ts'
import { callbackExamples, endpointExamples } from '../src/examples.ts'
import { type Endpoint, flatError, lookUpError, standardEnvelope } from '../src/index.ts'
import { callback } from '../src/oauth/index.ts'

const ROOT = join(import.meta.dirname, '../../..')
const overTheWire = (value: unknown): unknown => parseJson(stringifyJson(value))

interface Sample {
  endpoint: string
  name: string
  source: string
  provenance: string
  query?: Record<string, string>
  request?: unknown
  response?: Record<string, unknown>
  status?: number
}

/** Read from the files themselves, not from what was generated out of them. */
const samples = globSync('fixtures/open-api/*.json', { cwd: ROOT }).flatMap((file) => {
  const { endpoints: found = [] } = parseJson(readFileSync(join(ROOT, file), 'utf8')) as {
    endpoints?: Sample[]
  }
  return found.map((sample) => ({ ...sample, file }))
})
const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]))
const of = (sample: Sample): Endpoint => byId.get(sample.endpoint) as Endpoint

const isRefusal = ({ response }: Sample): boolean => {
  const error = response?.error
  return typeof error === 'string' || (typeof error === 'object' && (error as { code: string }).code !== 'ok')
}

/** Reads wire data into our types and writes it again: what comes out must be what went in. */
function roundTrip(schema: unknown, wire: unknown): unknown {
  const codec = schema as z.ZodMiniType
  return overTheWire(z.encode(codec, z.decode(codec, overTheWire(wire))))
}

test('every sample names an endpoint, a page and how it is known; names are unique', () => {
  for (const sample of samples) {
    expect(of(sample), `${sample.file}: ${sample.endpoint}`).toBeDefined()
    expect(sample.source).toMatch(/^https:\/\/developers\.tiktok\.com\/doc\//)
    expect(['documented', 'observed', 'assumed']).toContain(sample.provenance)
  }
  const names = samples.map(({ endpoint, name }) => `${endpoint}: ${name}`)
  expect(new Set(names).size).toBe(names.length)
})

test('every endpoint but the media PUT has a sample, and carries it', () => {
  const without = endpoints.filter((e) => e.id !== 'posting.uploadMedia' && (e.examples ?? []).length === 0)
  expect(without.map((e) => e.id)).toEqual([])
  for (const sample of samples) {
    const carried = endpointExamples[sample.endpoint]?.find(({ name }) => name === sample.name)
    expect(stringifyJson(carried?.response ?? null)).toBe(stringifyJson(sample.response ?? null))
  }
})

describe('requests', () => {
  test.each(samples.filter(({ request }) => request !== undefined))('$endpoint: $name', (sample) => {
    expect(roundTrip(of(sample).input, sample.request)).toEqual(sample.request)
  })
})

describe('queries', () => {
  test.each(samples.filter(({ query }) => query !== undefined))('$endpoint: $name', (sample) => {
    expect(roundTrip(of(sample).query, sample.query)).toEqual(sample.query)
  })
})

describe('answers', () => {
  const answers = samples.filter((sample) => sample.response !== undefined && !isRefusal(sample))
  test.each(answers)('$endpoint: $name', (sample) => {
    const endpoint = of(sample)
    let wire: unknown = sample.response
    if (endpoint.envelope === 'standard') {
      const whole = endpoint.mayOmitError === true ? { error: { code: 'ok' }, ...(wire as object) } : wire
      const { data, error } = z.decode(standardEnvelope, whole as z.input<typeof standardEnvelope>)
      expect(error.code).toBe('ok')
      wire = data ?? {}
    }
    expect(roundTrip(endpoint.output, wire)).toEqual(wire)
  })
})

describe('refusals', () => {
  test.each(samples.filter(isRefusal))('$endpoint: $name', (sample) => {
    const endpoint = of(sample)
    const standard = endpoint.envelope === 'standard'
    const code = standard
      ? z.decode(standardEnvelope, sample.response as z.input<typeof standardEnvelope>).error.code
      : z.decode(flatError, sample.response as z.input<typeof flatError>).error
    expect(endpoint.errors).toContain(code)
    const entry = lookUpError(code).find(({ kind }) => kind === (standard ? 'open' : 'oauth'))
    expect(sample.status).toBe(endpoint.errorStatus?.[code] ?? entry?.status)
  })
})

describe('callbacks', () => {
  test.each(callbackExamples)('$name', ({ url, read }) => {
    const query = Object.fromEntries(new URL(url).searchParams)
    expect(z.decode(callback, query)).toEqual(read)
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

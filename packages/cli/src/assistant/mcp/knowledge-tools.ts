/** Tools that answer from the contracts and from this machine's configuration. */
import { decide, lookUpError, possibilities } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { type ShopOperation, shopAge } from '@tockwork/contracts/shop'
import { findShopOperations, shopOperations } from '@tockwork/contracts/shop/operations'
import { shopSchema } from '@tockwork/contracts/shop/schemas'
import { UsageError } from '@tockwork/kernel'
import { z } from 'zod'
import { closest } from '../../closest.ts'
import { examine } from '../doctor/examine.ts'
import { gatherFacts } from '../doctor/facts.ts'
import { explainText } from '../explain/explain-text.ts'
import { defineTool } from './tool.ts'

const MAX_TEXT = 1_000_000

const searchDocs = defineTool({
  name: 'search_docs',
  title: 'Search the documentation',
  description:
    'Searches what is known of TikTok’s APIs (endpoints, errors, limits, contradictions, dates) and the docs of Tockwork, offline. Each hit cites contract and section.',
  kind: 'read',
  input: z.object({
    query: z.string().trim().min(1).max(400).describe('Words to look for'),
    limit: z.int().min(1).max(20).default(5),
  }),
  run: async ({ query, limit }, { index }) => ({ hits: index.find(query, limit) }),
})

const lookUpEndpoint = defineTool({
  name: 'lookup_endpoint',
  title: 'Look up an endpoint',
  description:
    'Scopes, errors, limits and input of an endpoint of the open API, or of an operation of TikTok Shop with what has become of its versions; by its id or its path.',
  kind: 'read',
  input: z.object({
    endpoint: z.string().trim().min(1).max(200).describe('Such as display.videoList or /v2/video/list/'),
  }),
  run: async ({ endpoint: name }, { context }) => {
    const path = `/${name.replace(/^https?:\/\/[^/]+/, '').replace(/^\/|\/$/g, '')}/`
    const found = endpoints.filter((each) => each.id === name || each.path === path)
    if (found.length > 0) return { endpoints: found.map(describe) }
    const operations = findShopOperations(name)
    if (operations.length > 0)
      return {
        endpoints: await Promise.all(
          operations.slice(0, MOST_OPERATIONS).map((each) => describeShop(each, context.clock.now())),
        ),
      }
    const near = closest(
      name,
      [...endpoints, ...shopOperations()].map(({ id }) => id),
    )
    throw new UsageError(`${name.slice(0, 80)} is no endpoint that is known.`, {
      code: 'unknown_endpoint',
      field: 'endpoint',
      action: near.length === 0 ? 'Search with search_docs.' : `Did you mean ${near.join(', or ')}?`,
    })
  },
})

function describe(endpoint: (typeof endpoints)[number]): Record<string, unknown> {
  const {
    id,
    title,
    method,
    host,
    path,
    auth,
    encoding,
    limits,
    lifecycle,
    doc,
    errors = [],
    examples,
  } = endpoint
  const [example] = examples ?? []
  return {
    cite: `endpoints/${id}`,
    id,
    title,
    method,
    url: `https://${host}${path}`,
    auth,
    encoding,
    scopes: endpoint.scopes === undefined ? [] : [...new Set(possibilities(endpoint.scopes).flat())],
    limits: limits ?? [],
    repeat: decide(endpoint.repeat, example?.request),
    errors: errors.map((code) => {
      const [entry] = lookUpError(code)
      return { code, meaning: entry?.meaning ?? null, retry: entry?.retry ?? null }
    }),
    query: schemaOf(endpoint.query),
    input: schemaOf(endpoint.input),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    documentation: doc,
  }
}

/** Versions of one operation, newest first. */
const MOST_OPERATIONS = 5

async function describeShop(operation: ShopOperation, now: number): Promise<Record<string, unknown>> {
  const { id, name, method, host, path, entity, scopes, repeat, lifecycle, provenance } = operation
  const model = await shopSchema(id)
  return {
    cite: `shop/${id}`,
    id,
    title: name,
    method,
    url: `https://${host}${path}`,
    token_of: entity,
    scopes,
    repeat,
    age: shopAge(operation, now),
    lifecycle,
    ...(model === undefined ? { model: null } : { query: model.query ?? null, input: model.body ?? null }),
    confirmed: provenance === 'documented',
  }
}

function schemaOf(schema: unknown): unknown {
  if (schema === undefined) return null
  return z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' })
}

const explainError = defineTool({
  name: 'explain_error',
  title: 'Explain an error',
  description:
    'What an error code, fail reason, upload status, log line, JSON answer or HAR says happened, whether to retry and what to change. Give the text itself: files are not read.',
  kind: 'read',
  input: z.object({ text: z.string().min(1).max(MAX_TEXT) }),
  run: async ({ text }) => ({ ...explainText(text) }),
})

const checkConfig = defineTool({
  name: 'check_config',
  title: 'Check this installation',
  description:
    'What is wrong with the configuration, logins, clock and recent calls of this installation: what, evidence, why it matters, fix.',
  kind: 'read',
  input: z.object({}),
  run: async (_input, { context }) => ({ findings: await examine(await gatherFacts(context)) }),
})

export const knowledgeTools = [searchDocs, lookUpEndpoint, explainError, checkConfig]

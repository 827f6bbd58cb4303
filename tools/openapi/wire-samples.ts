/** Reads `fixtures/open-api` and writes it down as a module, so that packages have the samples without the files. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '@tockwork/kernel'

type Json = Record<string, unknown>

export interface WireSamples {
  /** By endpoint id. */
  endpoints: Record<string, Json[]>
  callbacks: Json[]
  webhooks: Json[]
  vectors: Json
}

/** @throws {Error} naming the file that is not JSON or has a part that nobody reads */
export function readWireSamples(root: string): WireSamples {
  const samples: WireSamples = { endpoints: {}, callbacks: [], webhooks: [], vectors: {} }
  for (const file of globSync('fixtures/open-api/*.json', { cwd: root }).sort()) {
    let content: Json
    try {
      content = parseJson(readFileSync(join(root, file), 'utf8')) as Json
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`)
    }
    const { about: _, endpoints = [], callbacks = [], webhooks = [], vectors = {}, ...unknown } = content
    const [stray] = Object.keys(unknown)
    if (stray !== undefined)
      throw new Error(`${file}: ${stray} is none of endpoints, callbacks, webhooks, vectors`)
    for (const { endpoint, ...sample } of endpoints as (Json & { endpoint: string })[]) {
      samples.endpoints[endpoint] ??= []
      samples.endpoints[endpoint].push(sample)
    }
    samples.callbacks.push(...(callbacks as Json[]))
    samples.webhooks.push(...(webhooks as Json[]))
    Object.assign(samples.vectors, vectors)
  }
  return samples
}

/** The text of `packages/contracts/src/examples.generated.ts`. */
export function samplesModule(samples: WireSamples): string {
  return `// Generated from fixtures/open-api by \`npm run openapi\`; change those files, not this one.
import type { CallbackExample, EndpointExamples, Vectors, WebhookExample } from './examples.ts'

export const endpointExamples: EndpointExamples = ${literal(samples.endpoints)}

export const callbackExamples: readonly CallbackExample[] = ${literal(samples.callbacks)}

export const webhookExamples: readonly WebhookExample[] = ${literal(samples.webhooks)}

export const vectors: Vectors = ${literal(samples.vectors)}
`
}

/** JSON is JavaScript, but for 64-bit integers, which get their `n`. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, inner)}`)
  if (parts.length === 0) return `${open}${close}`
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}

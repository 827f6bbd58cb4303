import { createHmac } from 'node:crypto'
import { parseJson } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { vectors, webhookExamples } from '../src/examples.ts'
import {
  envelope,
  eventAliases,
  events,
  removalReasons,
  signature,
  type WebhookEventName,
} from '../src/webhooks/index.ts'

describe('samples', () => {
  test.each(webhookExamples)('$event: $name', ({ event, body, read }) => {
    const outer = z.decode(envelope, parseJson(body) as z.input<typeof envelope>)
    expect(eventAliases[outer.event] ?? outer.event).toBe(event)
    const content = z.decode(events[event].content as z.ZodMiniType, parseJson(outer.content))
    expect(content).toEqual(read)
  })

  test('there is one for every event, and for each other spelling on a page', () => {
    const sampled = new Set(webhookExamples.map(({ event }) => event))
    expect((Object.keys(events) as WebhookEventName[]).filter((name) => !sampled.has(name))).toEqual([])
    const spelt = new Set(webhookExamples.map(({ body }) => (JSON.parse(body) as { event: string }).event))
    expect(spelt).toContain('post.publish.publicaly_available')
  })

  test('captured ones are marked as observed', () => {
    const captured = webhookExamples.filter(({ body }) => body.includes('DIRECT_PUBLISH'))
    expect(captured.length).toBeGreaterThan(0)
    for (const { provenance } of captured) expect(provenance).not.toBe('documented')
  })
})

test('the signature of the vector follows from its body, in the form that the contract names', () => {
  const { secret, timestamp, body, header } = vectors.webhookSignature
  const made = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  expect(header).toBe(`t=${timestamp},s=${made}`)
  expect(signature.pattern.exec(header)?.slice(1)).toEqual([String(timestamp), made])
  expect(vectors.webhookSignature.signature).toBe(made)
})

test('every alias stands for an event, and every reason of a removal has words', () => {
  for (const name of Object.values(eventAliases)) expect(events).toHaveProperty([name])
  expect(Object.keys(removalReasons)).toEqual(['0', '1', '2', '3', '4', '5'])
})

test('a new publish_type or reason does not lose an event', () => {
  const failed = events['post.publish.failed'].content
  const wire = { publish_id: 'p', reason: 'new_reason', publish_type: 'DIRECT_POST' }
  expect(z.decode(failed, wire)).toEqual(wire)
})

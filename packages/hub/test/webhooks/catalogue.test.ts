import { createConfig, lintFromString } from '@redocly/openapi-core'
import { OPERATIONS, WEBHOOK_EVENTS } from '@tockwork/api'
import { describe, expect, test } from 'vitest'
import { openApiDocument } from '../../src/http/openapi.ts'

describe('the catalogue of events', () => {
  test('stands in the OpenAPI document with the schema of each, and an independent judge accepts it', async () => {
    const document = openApiDocument(OPERATIONS, { version: '1', webhooks: WEBHOOK_EVENTS })
    const webhooks = document.webhooks as Record<string, { post: Record<string, unknown> }>
    expect(Object.keys(webhooks)).toEqual(Object.keys(WEBHOOK_EVENTS))
    const { post } = webhooks['account.erased']!
    expect(JSON.stringify(post.requestBody)).toContain('"const":"account.erased"')
    expect((post.parameters as { name: string }[]).map(({ name }) => name)).toEqual([
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ])
    const problems = await lintFromString({
      source: JSON.stringify(document),
      config: await createConfig({ extends: ['recommended'] }),
    })
    expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([])
  })

  test('has a sentence for each event, and names of one kind', () => {
    for (const [type, { description }] of Object.entries(WEBHOOK_EVENTS)) {
      expect(type).toMatch(/^[a-z_]+\.[a-z_]+$/)
      expect(description, type).toMatch(/^[A-Z].*\.$/)
    }
  })
})

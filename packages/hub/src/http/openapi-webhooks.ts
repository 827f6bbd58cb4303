import { z } from 'zod'

type JsonSchema = Record<string, unknown>

/** An event that the hub tells of: what it means and the schema of its `data`. */
export interface DescribedWebhook {
  description: string
  data: z.ZodType
}

const HEADERS: readonly [name: string, description: string][] = [
  ['webhook-id', "The event's id: the same for every try"],
  ['webhook-timestamp', 'When this try was sent, in epoch seconds'],
  [
    'webhook-signature',
    '`v1,` and a signature by Standard Webhooks; several, separated by spaces, while a secret is rotated',
  ],
]

/** The `webhooks` of an OpenAPI 3.1 document: one for each event, with its whole body. */
export function openApiWebhooks(
  events: Readonly<Record<string, DescribedWebhook>>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(events).map(([type, { description, data }]) => [
      type,
      {
        post: {
          operationId: `webhook:${type}`,
          tags: ['webhookEvents'],
          summary: description,
          security: [],
          parameters: HEADERS.map(([name, about]) => ({
            name,
            in: 'header',
            required: true,
            description: about,
            schema: { type: 'string' },
          })),
          requestBody: { required: true, content: { 'application/json': { schema: bodyOf(type, data) } } },
          responses: {
            '2XX': {
              description: 'Received; anything else, or nothing within 15 seconds, and it is sent again',
            },
            '410': { description: 'Not wanted any more: the endpoint is disabled' },
          },
        },
      },
    ]),
  )
}

function bodyOf(type: string, data: z.ZodType): JsonSchema {
  const { $schema: _schema, ...schema } = z.toJSONSchema(data, { target: 'draft-2020-12' }) as JsonSchema
  return {
    type: 'object',
    required: ['id', 'type', 'timestamp', 'workspace_id', 'data'],
    properties: {
      id: { type: 'string', description: 'Repeated in webhook-id' },
      type: { const: type },
      timestamp: { type: 'string', format: 'date-time', description: 'When it happened' },
      workspace_id: { type: 'string' },
      data: schema,
    },
  }
}

/** Webhooks as OpenAPI 3.1 knows them. */
import { parseJson } from '@tockwork/kernel'
import { webhookExamples } from '../examples.ts'
import {
  delivery,
  envelope,
  events,
  signature,
  subscription,
  type WebhookEventName,
} from '../webhooks/index.ts'
import { type JsonSchema, propertiesOf, wireSchema } from './wire-schema.ts'

/** A path item for each event. `content` is JSON inside a string, which JSON Schema has words for. */
export function webhookItems(): Record<string, JsonSchema> {
  return Object.fromEntries(
    (Object.keys(events) as WebhookEventName[]).map((name) => [name, { post: webhook(name) }]),
  )
}

function webhook(name: WebhookEventName): JsonSchema {
  const { title, source, content } = events[name]
  const outer = wireSchema(envelope)
  const examples = webhookExamples
    .filter(({ event }) => event === name)
    .map(({ name: key, note, body }) => [
      key.replaceAll(/[^A-Za-z0-9._]+/g, '-'),
      { summary: key, ...(note === undefined ? {} : { description: note }), value: parseJson(body) },
    ])
  return {
    operationId: `webhooks.${name}`,
    tags: ['webhooks'],
    summary: title,
    externalDocs: { url: source },
    security: [],
    parameters: [
      {
        name: signature.header,
        in: 'header',
        required: true,
        description: 'HMAC-SHA256 with the client secret over `t`, a full stop and the raw body.',
        schema: { type: 'string', pattern: signature.pattern.source },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            ...outer,
            properties: {
              ...propertiesOf(outer),
              content: {
                type: 'string',
                contentMediaType: 'application/json',
                contentSchema: wireSchema(content),
              },
            },
          },
          ...(examples.length > 0 ? { examples: Object.fromEntries(examples) } : {}),
        },
      },
    },
    responses: {
      [delivery.successStatus]: { description: 'Taken.' },
      '4XX': {
        description: `Anything but ${delivery.successStatus} is a failure: sent again, with growing pauses, for ${delivery.retryForSeconds / 3600} hours.`,
      },
    },
    'x-subscription': subscription.source,
  }
}

/** The answering half of an operation: success, and failures by HTTP status with their codes. */
import { oauthErrors, openErrors, uploadStatuses } from '../errors.ts'
import type { Endpoint, EndpointExample, ErrorEntry } from '../vocabulary.ts'
import { exampleKey, noted } from './request.ts'
import { type JsonSchema, wireSchema, withScopes } from './wire-schema.ts'

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const json = (media: JsonSchema): JsonSchema => ({ 'application/json': media })

/** Every response of the endpoints on one path, by HTTP status. */
export function responsesOf(group: readonly Endpoint[]): JsonSchema {
  const [first] = group as [Endpoint]
  switch (first.envelope) {
    case 'standard':
      return { 200: success(group), ...failures(first) }
    case 'bytes':
      return { 200: { description: 'The file.', content: { 'application/zip': {} } }, ...failures(first) }
    case 'flat':
      return { 200: success(group), '4XX': unspecified() }
    case 'empty':
      return first.auth === 'upload-url' ? uploads() : { 200: success(group), '4XX': unspecified() }
    case 'bare':
      return {
        200: success(group),
        '4XX': { description: 'Not documented; seen for posts that are gone or private.' },
      }
    case 'page':
      return page(first)
    case 'business':
      return { 200: business(group) }
  }
}

/** Success and failure alike are HTTP 200; `code` tells which. */
function business(group: readonly Endpoint[]): JsonSchema {
  const [first] = group as [Endpoint]
  return {
    description: 'Success when `code` is 0; otherwise `data` is empty.',
    'x-error-codes': first.errors ?? [],
    content: json({
      schema: {
        type: 'object',
        properties: {
          code: { type: 'integer' },
          message: { type: 'string' },
          request_id: { type: 'string' },
          data: outputSchema(first),
        },
        required: ['code'],
      },
    }),
  }
}

function unspecified(): JsonSchema {
  return {
    description:
      'The status of a failure is not documented; 200 has been seen. Look for `error` in the body.',
    content: json({ schema: ref('OAuthFailure') }),
  }
}

function success(group: readonly Endpoint[]): JsonSchema {
  const [first] = group as [Endpoint]
  const oauth = first.envelope === 'flat' || first.envelope === 'empty'
  const shapes = unique(group.map(outputSchema))
  const alternatives = oauth ? [...shapes, ref('OAuthFailure')] : shapes
  const codes = unique(group.flatMap(({ errors = [] }) => errors)).filter((code) => {
    return oauth || statusOf(first, code) === 200
  })
  const examples = examplesOf(group, (example) => (example.status ?? 200) === 200)
  return {
    description:
      codes.length === 0 ? 'Success.' : `Success, or one of these codes.\n\n${explain(codes, oauth)}`,
    ...(codes.length === 0 ? {} : { 'x-error-codes': codes }),
    content: json({
      schema: alternatives.length === 1 ? alternatives[0] : { [oauth ? 'anyOf' : 'oneOf']: alternatives },
      ...examples,
    }),
  }
}

function outputSchema(endpoint: Endpoint): JsonSchema {
  const output = withScopes(
    endpoint.output === undefined ? { type: 'object' } : wireSchema(endpoint.output),
    endpoint.fieldScopes ?? {},
  )
  if (endpoint.envelope !== 'standard') return output
  // With a refusal that comes as 200, `data` is empty.
  const always = output.required !== undefined && Object.keys(endpoint.errorStatus ?? {}).length === 0
  const data = always ? output : (({ required: _, ...rest }) => rest)(output)
  return {
    type: 'object',
    properties: { data, error: ref('Outcome') },
    required: [...(always ? ['data'] : []), ...(endpoint.mayOmitError ? [] : ['error'])],
  }
}

function failures(endpoint: Endpoint): JsonSchema {
  const byStatus = new Map<number, string[]>()
  for (const code of endpoint.errors ?? []) {
    const status = statusOf(endpoint, code)
    if (status !== 200) byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        status === 500 ? '5XX' : status,
        {
          description: explain(codes, false),
          'x-error-codes': codes,
          content: json({
            schema: ref('Failure'),
            ...examplesOf([endpoint], (example) => example.status === status),
          }),
        },
      ]),
  )
}

const catalogue: Readonly<Record<string, ErrorEntry>> = openErrors
const oauthCatalogue: Readonly<Record<string, ErrorEntry>> = oauthErrors

function statusOf(endpoint: Endpoint, code: string): number {
  return endpoint.errorStatus?.[code] ?? catalogue[code]?.status ?? 200
}

function explain(codes: readonly string[], oauth: boolean): string {
  const table = oauth ? oauthCatalogue : catalogue
  return codes.map((code) => `- \`${code}\`: ${table[code]?.meaning ?? ''}`).join('\n')
}

function examplesOf(group: readonly Endpoint[], wanted: (example: EndpointExample) => boolean): JsonSchema {
  const found = group.flatMap((endpoint) =>
    (endpoint.examples ?? [])
      .filter((example) => example.response !== undefined && wanted(example))
      .map((example) => [
        exampleKey(group, endpoint, example),
        { summary: example.name, ...noted(example), value: example.response },
      ]),
  )
  return found.length === 0 ? {} : { examples: Object.fromEntries(found) }
}

const contentRange = {
  description: '`bytes 0-UPLOADED/TOTAL`: where the upload stands.',
  schema: { type: 'string' },
}

function uploads(): JsonSchema {
  return Object.fromEntries(
    Object.entries(uploadStatuses).map(([status, { meaning, action }]) => [
      status === '500' ? '5XX' : status,
      {
        description: `${meaning} ${action}`,
        ...(['201', '206', '416'].includes(status) ? { headers: { 'Content-Range': contentRange } } : {}),
      },
    ]),
  )
}

function page(endpoint: Endpoint): JsonSchema {
  return {
    200: {
      description: 'A page for the user: login and consent, or what is wrong with the request.',
      content: { 'text/html': { schema: { type: 'string' } } },
    },
    302: {
      description: `Back to \`redirect_uri\`, with \`code\`, \`scopes\` and \`state\`, or with \`error\` and \`error_description\`.\n\n${explain(endpoint.errors ?? [], true)}`,
      'x-error-codes': endpoint.errors ?? [],
      headers: { Location: { schema: { type: 'string' } } },
    },
    '4XX': { description: 'Not documented; mistakes in the request have been seen on a page of TikTok’s.' },
  }
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}

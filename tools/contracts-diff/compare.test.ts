import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readDocuments } from '../contracts-diff.ts'
import { compareDocuments, type OpenApiDocument } from './compare.ts'
import { shopDocuments, withoutSignature } from './shop-document.ts'

const base = () => ({
  openapi: '3.1.0',
  paths: {
    '/v2/list/': {
      post: {
        security: [{ userToken: ['video.list'] }],
        parameters: [
          { name: 'fields', in: 'query', required: true, schema: { type: 'string', enum: ['id', 'title'] } },
        ],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { max_count: { type: 'integer', maximum: 20 }, cursor: { type: 'integer' } },
              },
            },
          },
        },
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Page' } } } },
          400: { 'x-error-codes': ['invalid_params'] },
        },
      },
    },
  },
  components: {
    schemas: {
      Page: {
        type: 'object',
        properties: { id: { type: 'string' }, has_more: { type: 'boolean' } },
        required: ['id'],
      },
    },
  },
})

type Document = ReturnType<typeof base>

function differences(change: (document: Document) => void): string[] {
  const after = base()
  change(after)
  const as = (document: Document) => new Map([['a.json', document as unknown as OpenApiDocument]])
  return compareDocuments(as(base()), as(after)).map(({ kind, where, what }) => `${kind}: ${where} ${what}`)
}

const operation = (document: Document) => document.paths['/v2/list/'].post
const body = (document: Document) => operation(document).requestBody.content['application/json'].schema
// biome-ignore lint/suspicious/noExplicitAny: planted differences of any form
const free = (value: unknown) => value as any

test('nothing differs', () => {
  expect(differences(() => {})).toEqual([])
})

test.each<[string, (document: Document) => void, string[]]>([
  [
    'an endpoint that is gone',
    (d) => {
      free(d).paths = {}
    },
    ['removed: POST /v2/list/ is gone', 'incompatible: POST /v2/list/ is gone'],
  ],
  [
    'an endpoint that is new',
    (d) => {
      free(d).paths['/v2/new/'] = { get: { responses: {} } }
    },
    ['added: GET /v2/new/ is new'],
  ],
  [
    'a field of an answer that is gone, behind a reference',
    (d) => {
      delete free(d).components.schemas.Page.properties.has_more
    },
    ['removed: schema Page.has_more is gone', 'incompatible: schema Page.has_more is gone'],
  ],
  [
    'a field of an answer that is new',
    (d) => {
      free(d).components.schemas.Page.properties.total = { type: 'integer' }
    },
    ['added: schema Page.total is new'],
  ],
  [
    'an answer of another type',
    (d) => {
      free(d).components.schemas.Page.properties.id = { type: 'integer' }
    },
    ['incompatible: schema Page.id was string, is integer'],
  ],
  [
    'a field of an answer that may be missing',
    (d) => {
      d.components.schemas.Page.required = []
    },
    ['incompatible: schema Page.id may be missing now'],
  ],
  [
    'a field of a request that is required now',
    (d) => {
      free(body(d)).required = ['cursor']
    },
    ['incompatible: POST /v2/list/ request.cursor is now required'],
  ],
  [
    'an optional field of a request that is new',
    (d) => {
      free(body(d)).properties.extra = { type: 'string' }
    },
    ['added: POST /v2/list/ request.extra is new'],
  ],
  [
    'a smaller maximum',
    (d) => {
      body(d).properties.max_count.maximum = 10
    },
    ['incompatible: POST /v2/list/ request.max_count maximum was 20, is 10'],
  ],
  [
    'a larger maximum',
    (d) => {
      body(d).properties.max_count.maximum = 100
    },
    ['changed: POST /v2/list/ request.max_count maximum was 20, is 100'],
  ],
  [
    'values of a parameter',
    (d) => {
      free(operation(d).parameters[0]).schema.enum = ['id', 'likes']
    },
    [
      'removed: POST /v2/list/ query.fields value "title"',
      'incompatible: POST /v2/list/ query.fields value "title" is no longer taken',
      'added: POST /v2/list/ query.fields value "likes"',
    ],
  ],
  [
    'one more scope',
    (d) => {
      operation(d).security = [{ userToken: ['video.list', 'user.info.basic'] }]
    },
    [
      'incompatible: POST /v2/list/ scopes were [{"userToken":["video.list"]}], are [{"userToken":["video.list","user.info.basic"]}]',
    ],
  ],
  [
    'another scope that also does',
    (d) => {
      operation(d).security = [{ userToken: ['video.list'] }, { userToken: ['video.all'] }]
    },
    [
      'changed: POST /v2/list/ scopes were [{"userToken":["video.list"]}], are [{"userToken":["video.list"]},{"userToken":["video.all"]}]',
    ],
  ],
  [
    'codes of refusal',
    (d) => {
      operation(d).responses[400]['x-error-codes'] = ['invalid_param']
    },
    ['removed: POST /v2/list/ 400 code invalid_params', 'added: POST /v2/list/ 400 code invalid_param'],
  ],
])('%s', (_name, change, expected) => {
  expect(differences(change)).toEqual(expected)
})

test('a schema that several answers share is told of once', () => {
  const found = differences((d) => {
    free(d).components.schemas.Page.properties.total = { type: 'integer' }
    free(operation(d)).responses[201] = operation(d).responses[200]
  })
  expect(found).toEqual(['added: schema Page.total is new', 'added: POST /v2/list/ 201 is a new answer'])
})

test('reads a folder and refuses what is no document', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-diff-'))
  try {
    expect(() => readDocuments('/', folder)).toThrow('has no OpenAPI documents')
    writeFileSync(join(folder, 'a.json'), JSON.stringify(base()))
    expect([...readDocuments('/', folder).keys()]).toEqual(['a.json'])
    writeFileSync(join(folder, 'b.json'), '{}')
    expect(() => readDocuments('/', folder)).toThrow('b.json is no OpenAPI document')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the documents of this repository compare with themselves', () => {
  const documents = readDocuments(resolve(import.meta.dirname, '../..'), 'docs/openapi')
  expect(documents.size).toBeGreaterThan(1)
  expect(compareDocuments(documents, documents)).toEqual([])
})

test('a name that is nothing, or an option to git, is refused', () => {
  const root = resolve(import.meta.dirname, '../..')
  for (const name of ['no-such-thing', '--help'])
    expect(() => readDocuments(root, name)).toThrow('neither a folder nor a git ref')
})

test('TikTok Shop: a specification of TikTok’s against the operations and models here, the signature left out', async () => {
  const ours = await shopDocuments()
  expect(compareDocuments(ours, ours)).toEqual([])
  const list = '/order/202309/orders/search'
  const [document] = [...ours.values()] as [OpenApiDocument]
  const post = free(document.paths?.[list]).post
  const theirs = new Map([
    [
      'orders.json',
      {
        openapi: '3.0.1',
        paths: {
          [list]: {
            post: {
              ...post,
              parameters: [
                ...post.parameters,
                { name: 'sign', in: 'query', required: true, schema: { type: 'string' } },
                { name: 'x-tts-access-token', in: 'header', required: true, schema: { type: 'string' } },
                { name: 'region', in: 'query', required: true, schema: { type: 'string' } },
              ],
            },
          },
          '/product/202309/products/{id}': free(document.paths?.['/product/202309/products/{product_id}']),
          '/order/202701/orders/search': { post: {} },
        },
      } as OpenApiDocument,
    ],
  ])
  const found = compareDocuments(withoutSignature(ours), withoutSignature(theirs))
  const said = found.map(({ kind, where, what }) => `${kind}: ${where} ${what}`)
  expect(said.filter((line) => line.startsWith('added'))).toContain(
    'added: POST /order/202701/orders/search is new',
  )
  expect(said.some((line) => /^incompatible: POST \/order\/202309\/orders\/search.*region/.test(line))).toBe(
    true,
  )
  expect(said.join()).not.toMatch(/sign\b|x-tts-access-token|GET \/product\/202309\/products\/\{\}/)
  expect(said).toContain('removed: GET /order/202507/orders is gone')
})

/**
 * What differs between two sets of OpenAPI documents, and whether a client of the older one goes on working. In a
 * request the client writes: asking for more, or taking less, breaks it. In an answer the client reads: what is gone
 * or of another type breaks it, what is new does not.
 */
type Json = Record<string, unknown>

export interface OpenApiDocument extends Json {
  openapi: string
  paths?: Record<string, Json>
  webhooks?: Record<string, Json>
}

export interface Difference {
  kind: 'incompatible' | 'removed' | 'changed' | 'added'
  /** `POST /v2/video/list/ request.max_count`. */
  where: string
  what: string
}

type Direction = 'request' | 'answer'
type Report = (kind: Difference['kind'], where: string, what: string) => void

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']
/** Bounds by which a value may be refused; a smaller maximum or larger minimum takes less. */
const BOUNDS = { maximum: 1, maxLength: 1, maxItems: 1, minimum: -1, minLength: -1, minItems: -1 } as const

export function compareDocuments(
  before: ReadonlyMap<string, OpenApiDocument>,
  after: ReadonlyMap<string, OpenApiDocument>,
): Difference[] {
  const differences: Difference[] = []
  const report: Report = (kind, where, what) => differences.push({ kind, where, what })
  const seen = new Set<string>()
  const old = operationsOf(before)
  const now = operationsOf(after)
  for (const [name, was] of old) {
    const is = now.get(name)
    if (is === undefined) {
      report('removed', name, 'is gone')
      report('incompatible', name, 'is gone')
    } else compareOperations(name, was, is, report, seen)
  }
  for (const name of now.keys()) if (!old.has(name)) report('added', name, 'is new')
  return differences
}

interface Operation {
  body: Json
  document: OpenApiDocument
  /** Webhooks are written by TikTok and read by the client. */
  incoming: boolean
}

/** By method and path, so that a document may be named or split otherwise. */
function operationsOf(documents: ReadonlyMap<string, OpenApiDocument>): Map<string, Operation> {
  const found = new Map<string, Operation>()
  for (const document of documents.values()) {
    for (const [kind, items] of [
      ['paths', document.paths],
      ['webhooks', document.webhooks],
    ] as const)
      for (const [path, item] of Object.entries(items ?? {}))
        for (const method of METHODS) {
          const body = asObject(item[method])
          if (body === undefined) continue
          const incoming = kind === 'webhooks'
          // What a placeholder is called differs between authors.
          const place = path.replaceAll(/\{[^}]*\}/g, '{}')
          found.set(incoming ? `webhook ${path}` : `${method.toUpperCase()} ${place}`, {
            body,
            document,
            incoming,
          })
        }
  }
  return found
}

function compareOperations(
  name: string,
  was: Operation,
  is: Operation,
  report: Report,
  seen: Set<string>,
): void {
  const between = new Comparison(was.document, is.document, report, seen)
  compareParameters(name, was.body, is.body, between, report)
  const request = [was, is].map(({ body, document }) => contentOf(body.requestBody, document)) as [
    Content,
    Content,
  ]
  between.content(`${name} request`, ...request, was.incoming ? 'answer' : 'request')
  const wasRequired = asObject(was.body.requestBody)?.required === true
  const isRequired = asObject(is.body.requestBody)?.required === true
  if (!wasRequired && isRequired && !was.incoming)
    report('incompatible', `${name} request`, 'is now required')
  if (!was.incoming) compareAnswers(name, was, is, between, report)
  compareScopes(name, was.body, is.body, report)
}

function compareAnswers(
  name: string,
  was: Operation,
  is: Operation,
  between: Comparison,
  report: Report,
): void {
  const old = asObject(was.body.responses) ?? {}
  const now = asObject(is.body.responses) ?? {}
  for (const status of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const where = `${name} ${status}`
    if (!(status in now)) report('removed', where, 'is no longer an answer')
    else if (!(status in old)) report('added', where, 'is a new answer')
    else
      between.content(
        where,
        contentOf(old[status], was.document),
        contentOf(now[status], is.document),
        'answer',
      )
    const codesBefore = textsOf(asObject(old[status])?.['x-error-codes'])
    const codesNow = textsOf(asObject(now[status])?.['x-error-codes'])
    for (const code of codesBefore) if (!codesNow.has(code)) report('removed', where, `code ${code}`)
    for (const code of codesNow) if (!codesBefore.has(code)) report('added', where, `code ${code}`)
  }
}

/** Any one entry of `security` is enough; what one entry holds is needed together. */
function compareScopes(name: string, was: Json, is: Json, report: Report): void {
  const before = JSON.stringify(was.security ?? null)
  const now = JSON.stringify(is.security ?? null)
  if (before === now) return
  const old = waysOf(was)
  const still = waysOf(is).some((way) => old.some((each) => isSubset(way, each)))
  report(still ? 'changed' : 'incompatible', name, `scopes were ${before}, are ${now}`)
}

function waysOf(operation: Json): Set<string>[] {
  const list = Array.isArray(operation.security) ? operation.security : []
  if (list.length === 0) return [new Set()]
  return list.map(
    (entry) =>
      new Set(
        Object.entries(asObject(entry) ?? {}).flatMap(([scheme, scopes]) => [
          scheme,
          ...[...textsOf(scopes)].map((scope) => `${scheme}:${scope}`),
        ]),
      ),
  )
}

const isSubset = (small: ReadonlySet<string>, large: ReadonlySet<string>) =>
  [...small].every((each) => large.has(each))

function compareParameters(name: string, was: Json, is: Json, between: Comparison, report: Report): void {
  const old = parametersOf(was, between.before)
  const now = parametersOf(is, between.after)
  for (const [key, parameter] of old) {
    const where = `${name} ${key}`
    const next = now.get(key)
    if (next === undefined) {
      report('removed', where, 'is gone')
      continue
    }
    if (parameter.required !== true && next.required === true)
      report('incompatible', where, 'is now required')
    between.schema(where, parameter.schema, next.schema, 'request')
  }
  for (const [key, parameter] of now)
    if (!old.has(key)) {
      report('added', `${name} ${key}`, 'is new')
      if (parameter.required === true) report('incompatible', `${name} ${key}`, 'is new and required')
    }
}

function parametersOf(operation: Json, document: OpenApiDocument): Map<string, Json> {
  const list = Array.isArray(operation.parameters) ? operation.parameters : []
  return new Map(
    list
      .map((each) => asObject(resolveRef(each, document)) ?? {})
      .map((each) => [`${String(each.in)}.${String(each.name)}`, each]),
  )
}

type Content = ReadonlyMap<string, unknown>

function contentOf(holder: unknown, document: OpenApiDocument): Content {
  const content = asObject(asObject(resolveRef(holder, document))?.content) ?? {}
  return new Map(Object.entries(content).map(([type, value]) => [type, asObject(value)?.schema]))
}

class Comparison {
  readonly before: OpenApiDocument
  readonly after: OpenApiDocument
  readonly #report: Report
  /** Named schemas that were compared: what every answer holds is said once, not for each of them. */
  readonly #seen: Set<string>

  constructor(before: OpenApiDocument, after: OpenApiDocument, report: Report, seen: Set<string>) {
    this.#seen = seen
    this.before = before
    this.after = after
    this.#report = report
  }

  content(where: string, was: Content, is: Content, direction: Direction): void {
    for (const [type, schema] of was) {
      if (is.has(type)) this.schema(where, schema, is.get(type), direction)
      else this.#report('incompatible', where, `is no longer ${type}`)
    }
    for (const type of is.keys()) if (!was.has(type)) this.#report('added', where, `may be ${type}`)
  }

  schema(path: string, was: unknown, is: unknown, direction: Direction, depth = 0): void {
    const name = asObject(was)?.$ref
    const isShared = typeof name === 'string' && name === asObject(is)?.$ref
    const key = `${direction} ${String(name)}`
    if (isShared && this.#seen.has(key)) return
    if (isShared) this.#seen.add(key)
    const where = isShared ? `schema ${name.slice(name.lastIndexOf('/') + 1)}` : path
    const old = asObject(resolveRef(was, this.before))
    const now = asObject(resolveRef(is, this.after))
    // A schema may hold itself; nobody's answers are this deep.
    if (old === undefined || now === undefined || depth > 20) return
    const types = [old, now].map(({ type, const: constant }) => String(type ?? typeof constant))
    if (types[0] !== types[1]) {
      this.#report('incompatible', where, `was ${types[0]}, is ${types[1]}`)
      return
    }
    this.#values(where, old, now, direction)
    if (direction === 'request') this.#bounds(where, old, now)
    this.#properties(where, old, now, direction, depth)
    this.#variants(where, old, now, direction, depth)
    if ('items' in old && 'items' in now)
      this.schema(`${where}[]`, old.items, now.items, direction, depth + 1)
  }

  #values(where: string, was: Json, is: Json, direction: Direction): void {
    const old = valuesOf(was)
    const now = valuesOf(is)
    if (old === undefined && now === undefined) return
    if (old === undefined || now === undefined) {
      const breaks = direction === 'request' ? old === undefined : now === undefined
      this.#report(
        breaks ? 'incompatible' : 'changed',
        where,
        now === undefined ? 'takes any value now' : 'takes listed values alone now',
      )
      return
    }
    for (const value of old) {
      if (now.has(value)) continue
      this.#report('removed', where, `value ${value}`)
      if (direction === 'request') this.#report('incompatible', where, `value ${value} is no longer taken`)
    }
    for (const value of now) if (!old.has(value)) this.#report('added', where, `value ${value}`)
  }

  #bounds(where: string, was: Json, is: Json): void {
    for (const [bound, sign] of Object.entries(BOUNDS)) {
      const [old, now] = [was[bound], is[bound]]
      if (old === now) continue
      const stricter = typeof now === 'number' && (typeof old !== 'number' || (now - old) * sign < 0)
      this.#report(
        stricter ? 'incompatible' : 'changed',
        where,
        `${bound} was ${old ?? 'open'}, is ${now ?? 'open'}`,
      )
    }
  }

  #properties(where: string, was: Json, is: Json, direction: Direction, depth: number): void {
    const old = asObject(was.properties) ?? {}
    const now = asObject(is.properties) ?? {}
    const neededBefore = textsOf(was.required)
    const needed = textsOf(is.required)
    for (const [name, schema] of Object.entries(old)) {
      const path = `${where}.${name}`
      if (!(name in now)) {
        this.#report('removed', path, 'is gone')
        if (direction === 'answer') this.#report('incompatible', path, 'is gone')
        continue
      }
      this.schema(path, schema, now[name], direction, depth + 1)
      if (direction === 'request' && !neededBefore.has(name) && needed.has(name))
        this.#report('incompatible', path, 'is now required')
      if (direction === 'answer' && neededBefore.has(name) && !needed.has(name))
        this.#report('incompatible', path, 'may be missing now')
    }
    for (const name of Object.keys(now)) {
      if (name in old) continue
      this.#report('added', `${where}.${name}`, 'is new')
      if (direction === 'request' && needed.has(name))
        this.#report('incompatible', `${where}.${name}`, 'is new and required')
    }
  }

  /** Variants are paired by their titles, or by their place where they have none. */
  #variants(where: string, was: Json, is: Json, direction: Direction, depth: number): void {
    for (const kind of ['oneOf', 'anyOf', 'allOf'] as const) {
      const old = variantsOf(was[kind], this.before)
      const now = variantsOf(is[kind], this.after)
      for (const [name, schema] of old) {
        const path = `${where}<${name}>`
        if (now.has(name)) this.schema(path, schema, now.get(name), direction, depth + 1)
        else {
          this.#report('removed', path, 'is gone')
          if (direction === 'request') this.#report('incompatible', path, 'is no longer taken')
        }
      }
      for (const name of now.keys()) if (!old.has(name)) this.#report('added', `${where}<${name}>`, 'is new')
    }
  }
}

function variantsOf(list: unknown, document: OpenApiDocument): Map<string, unknown> {
  return new Map(
    (Array.isArray(list) ? list : []).map((each, index) => {
      const title = asObject(resolveRef(each, document))?.title
      return [typeof title === 'string' ? title : String(index + 1), each]
    }),
  )
}

function valuesOf(schema: Json): Set<string> | undefined {
  if ('const' in schema) return new Set([JSON.stringify(schema.const)])
  return Array.isArray(schema.enum) ? new Set(schema.enum.map((each) => JSON.stringify(each))) : undefined
}

function resolveRef(value: unknown, document: OpenApiDocument): unknown {
  let here = value
  for (let hops = 0; hops < 10; hops += 1) {
    const ref = asObject(here)?.$ref
    if (typeof ref !== 'string' || !ref.startsWith('#/')) return here
    here = ref
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, part) => asObject(at)?.[part], document)
  }
  return here
}

function textsOf(value: unknown): Set<string> {
  return new Set(Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])
}

function asObject(value: unknown): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : undefined
}

/**
 * An AT Protocol server in memory, as far as the connector goes, that answers as Bluesky's own did (which is asked
 * itself in test/witness/bluesky.test.ts). With `appView` it counts likes and followers; without, it stands alone.
 */
import { createHash, randomUUID } from 'node:crypto'

const HOME = 'https://pds.example.com'
const DID = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const HANDLE = 'mika.example.com'
export const APP_PASSWORD = 'abcd-efgh-ijkl-mnop'
/** Few, so that lists have several pages. */
const PAGE = 3

type Params = URLSearchParams
interface Ask {
  params: Params
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends
  json: any
  bytes: Buffer
  type: string
  token: string | undefined
}

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

export class SmallServer {
  readonly home = HOME
  readonly did = DID
  readonly handle = HANDLE
  requests = 0
  /** The next answers, in place of what it would say. */
  readonly instead: Response[] = []
  /** Acts, but the answers of `putRecord` do not arrive. */
  losesAnswers = false
  readonly records = new Map<string, Record<string, unknown>>()
  readonly #appView: boolean
  readonly #blobs = new Set<string>()
  readonly #access = new Set<string>()
  readonly #refresh = new Set<string>()

  constructor({ appView }: { appView: boolean }) {
    this.#appView = appView
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input))
    init.signal?.throwIfAborted()
    this.requests += 1
    if (url.origin !== HOME) throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })
    const method = url.pathname.replace('/xrpc/', '')
    const prepared = this.instead.shift()
    if (prepared !== undefined) return prepared
    const answer = await this.#answer(method, url, init)
    if (this.losesAnswers && method === 'com.atproto.repo.putRecord')
      throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } })
    return answer
  }

  async #answer(method: string, url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    const bytes = Buffer.from(await new Response(init.body).arrayBuffer())
    const type = headers.get('content-type') ?? ''
    const json = type === 'application/json' ? JSON.parse(bytes.toString()) : undefined
    const token = headers.get('authorization')?.replace('Bearer ', '')
    try {
      const handle = this.#methods[method] ?? this.#views[method]
      if (handle === undefined) throw new Refusal('MethodNotImplemented', 'Method Not Implemented', 501)
      if (method in this.#views && !this.#appView)
        throw new Refusal('InvalidRequest', `No service configured for ${method}`)
      if (!method.startsWith('com.atproto.server.') && !this.#access.has(token ?? ''))
        throw new Refusal('InvalidToken', 'Token could not be verified', 401)
      return Response.json(handle({ params: url.searchParams, json, bytes, type, token }) ?? {})
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return Response.json({ error: error.code, message: error.message }, { status: error.status })
    }
  }

  readonly #methods: Record<string, (ask: Ask) => unknown> = {
    'com.atproto.server.createSession': ({ json }) => {
      if (json.identifier !== HANDLE || json.password !== APP_PASSWORD)
        throw new Refusal('AuthenticationRequired', 'Invalid identifier or password', 401)
      return this.#session()
    },
    'com.atproto.server.refreshSession': ({ token = '' }) => {
      if (!this.#refresh.delete(token)) throw new Refusal('ExpiredToken', 'Token has been revoked')
      return this.#session()
    },
    'com.atproto.server.deleteSession': ({ token = '' }) => {
      this.#refresh.delete(token)
    },
    'com.atproto.identity.resolveHandle': ({ params }) => {
      if (params.get('handle') !== HANDLE) throw new Refusal('InvalidRequest', 'Unable to resolve handle')
      return { did: DID }
    },
    'com.atproto.repo.describeRepo': () => ({ did: DID, handle: HANDLE }),
    'com.atproto.repo.uploadBlob': ({ bytes, type }) => {
      const link = createHash('sha256').update(bytes).digest('hex')
      this.#blobs.add(link)
      return { blob: { $type: 'blob', ref: { $link: link }, mimeType: type, size: bytes.length } }
    },
    'com.atproto.repo.putRecord': ({ json: { collection, rkey, record, swapRecord } }) => {
      const uri = `at://${DID}/${collection}/${rkey}`
      const there = this.records.get(uri)
      if (JSON.stringify(there) === JSON.stringify(record)) return { uri, cid: 'same' }
      if (swapRecord === null && there !== undefined)
        throw new Refusal('InvalidSwap', 'Record was at another')
      for (const link of JSON.stringify(record).matchAll(/"\$link":"(\w+)"/g))
        if (!this.#blobs.has(link[1] ?? '')) throw new Refusal('BlobNotFound', 'Could not find blob')
      this.records.set(uri, record)
      return { uri, cid: randomUUID() }
    },
    'com.atproto.repo.getRecord': ({ params }) => {
      const uri = `at://${params.get('repo')}/${params.get('collection')}/${params.get('rkey')}`
      const value = this.records.get(uri)
      if (value === undefined) throw new Refusal('RecordNotFound', `Could not locate record: ${uri}`)
      return { uri, value }
    },
    'com.atproto.repo.deleteRecord': ({ json: { collection, rkey } }) => {
      this.records.delete(`at://${DID}/${collection}/${rkey}`)
    },
    'com.atproto.repo.listRecords': ({ params }) => {
      const { page, cursor } = this.#page(params)
      return { records: page.map(([uri, value]) => ({ uri, value })), cursor }
    },
  }

  readonly #views: Record<string, (ask: Ask) => unknown> = {
    'app.bsky.actor.getProfile': () => ({
      did: DID,
      handle: HANDLE,
      displayName: 'Mika',
      followersCount: 12,
      followsCount: 3,
      postsCount: this.records.size,
    }),
    'app.bsky.feed.getAuthorFeed': ({ params }) => {
      const { page, cursor } = this.#page(params)
      const passedOn = {
        ...post('at://did:plc:other/app.bsky.feed.post/2', {}),
        author: { did: 'did:plc:other', handle: 'x.test' },
      }
      const repost = { post: passedOn, reason: { $type: 'app.bsky.feed.defs#reasonRepost' } }
      return { feed: [repost, ...page.map(([uri, record]) => ({ post: post(uri, record) }))], cursor }
    },
    'app.bsky.feed.getPosts': ({ params }) => ({
      posts: params.getAll('uris').flatMap((uri) => {
        const record = this.records.get(uri)
        return record === undefined ? [] : [post(uri, record)]
      }),
    }),
  }

  #page(params: Params) {
    const all = [...this.records].sort(([a], [b]) => (a < b ? 1 : -1))
    const from = Number(params.get('cursor') ?? 0)
    const more = from + PAGE < all.length
    return { page: all.slice(from, from + PAGE), cursor: more ? String(from + PAGE) : undefined }
  }

  #session() {
    const accessJwt = token(7_200)
    const refreshJwt = token(90 * 86_400)
    this.#access.add(accessJwt)
    this.#refresh.add(refreshJwt)
    const service = [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: HOME }]
    return { did: DID, handle: HANDLE, accessJwt, refreshJwt, didDoc: { id: DID, service } }
  }
}

function post(uri: string, record: Record<string, unknown>) {
  const author = { did: DID, handle: HANDLE }
  return { uri, author, record, likeCount: 5, repostCount: 2, replyCount: 1, quoteCount: 0 }
}

function token(seconds: number): string {
  const payload = {
    exp: Math.floor(Date.now() / 1000) + seconds,
    scope: 'com.atproto.appPass',
    jti: randomUUID(),
  }
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.signature`
}

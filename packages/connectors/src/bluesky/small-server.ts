/**
 * An AT Protocol network of one account in memory, for tests of whoever uses the connector: it answers as Bluesky's own
 * server did, which is asked itself in test/witness/bluesky.test.ts. With `appView` it counts likes and followers;
 * without, it stands alone.
 */
import { createHash } from 'node:crypto'
import { type Clock, cryptoRandom, type Random, systemClock } from '@tockwork/kernel'
import { unguessable } from './oauth/keys.ts'
import { ISSUER, SmallSignIn } from './small-sign-in.ts'

const HOME = 'https://pds.example.com'
const DID = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const HANDLE = 'mika.example.com'
export const APP_PASSWORD = 'abcd-efgh-ijkl-mnop'
const ACCESS_SECONDS = 7_200
const REFRESH_SECONDS = 90 * 86_400
const SERVICE = [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: HOME }]
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
  requests = 0
  /** The next answers, in place of what it would say. */
  readonly instead: Response[] = []
  /** Acts, but the answers of `putRecord` do not arrive. */
  losesAnswers = false
  /** The name that the account goes by now. */
  handle = HANDLE
  /** What others answered, by the post that they answered. */
  readonly replies: { to: string; uri: string; text: string; at: string }[] = []
  /** How often each post is liked. */
  readonly likes = new Map<string, number>()
  readonly signIn: SmallSignIn
  readonly records = new Map<string, Record<string, unknown>>()
  readonly #appView: boolean
  readonly #blobs = new Set<string>()
  readonly #access = new Map<string, number>()
  readonly #refresh = new Set<string>()
  readonly #clock: Clock
  readonly #random: Random

  constructor({
    appView,
    clock = systemClock,
    random = cryptoRandom,
    clientMetadata = async () => undefined,
  }: {
    appView: boolean
    clock?: Clock
    random?: Random
    /** Reads the document of a client that has one. */
    clientMetadata?: (clientId: string) => Promise<unknown>
  }) {
    this.#appView = appView
    this.#clock = clock
    this.#random = random
    this.signIn = new SmallSignIn({ clock, random, did: DID, clientMetadata })
  }

  /** Ends every session and grant, as when the owner takes consent back. */
  endAll(): void {
    this.#access.clear()
    this.#refresh.clear()
    this.signIn.endAll()
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input))
    init.signal?.throwIfAborted()
    this.requests += 1
    const prepared = this.instead.shift()
    if (prepared !== undefined) return prepared
    if (url.origin === ISSUER) return this.signIn.answer(url, init)
    const document = this.#documents(url.href)
    if (document !== undefined) return document
    if (url.origin !== HOME) throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })
    const method = url.pathname.replace('/xrpc/', '')
    const answer = await this.#answer(method, url, init)
    if (this.losesAnswers && method === 'com.atproto.repo.putRecord')
      throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } })
    return answer
  }

  #documents(href: string): Response | undefined {
    switch (href) {
      case `https://${this.handle}/.well-known/atproto-did`:
        return new Response(DID)
      case `https://plc.directory/${DID}`:
        return Response.json({ id: DID, alsoKnownAs: [`at://${this.handle}`], service: SERVICE })
      case `${HOME}/.well-known/oauth-protected-resource`:
        return Response.json({ resource: HOME, authorization_servers: [ISSUER] })
      default:
        return undefined
    }
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
      if (!method.startsWith('com.atproto.server.')) {
        if (token?.startsWith('DPoP ')) {
          const refused = this.signIn.refuses(url, init.method ?? 'GET', headers)
          if (refused !== undefined) return refused
        } else {
          const until = this.#access.get(token ?? '')
          if (until === undefined) throw new Refusal('InvalidToken', 'Token could not be verified', 401)
          if (until <= this.#clock.now()) throw new Refusal('ExpiredToken', 'Token has expired')
        }
      }
      return Response.json(handle({ params: url.searchParams, json, bytes, type, token }) ?? {})
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return Response.json({ error: error.code, message: error.message }, { status: error.status })
    }
  }

  readonly #methods: Record<string, (ask: Ask) => unknown> = {
    'com.atproto.server.createSession': ({ json }) => {
      if (json.identifier !== this.handle || json.password !== APP_PASSWORD)
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
      if (params.get('handle') !== this.handle)
        throw new Refusal('InvalidRequest', 'Unable to resolve handle')
      return { did: DID }
    },
    'com.atproto.repo.describeRepo': () => ({ did: DID, handle: this.handle }),
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
      return { uri, cid: unguessable(this.#random, 16) }
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
      handle: this.handle,
      displayName: 'Mika',
      avatar: 'https://cdn.example.com/mika.jpg',
      followersCount: 12,
      followsCount: 3,
      postsCount: this.records.size,
    }),
    'app.bsky.feed.getAuthorFeed': ({ params }) => {
      const { page, cursor } = this.#page(params)
      const passedOn = {
        ...this.#post('at://did:plc:other/app.bsky.feed.post/2', {}),
        author: { did: 'did:plc:other', handle: 'x.test' },
      }
      const repost = { post: passedOn, reason: { $type: 'app.bsky.feed.defs#reasonRepost' } }
      return { feed: [repost, ...page.map(([uri, record]) => ({ post: this.#post(uri, record) }))], cursor }
    },
    'app.bsky.feed.getPostThread': ({ params }) => {
      const uri = params.get('uri') ?? ''
      const record = this.records.get(uri)
      if (record === undefined) throw new Refusal('NotFound', `Post not found: ${uri}`)
      const $type = 'app.bsky.feed.defs#threadViewPost'
      return { thread: { $type, post: this.#post(uri, record), ...this.#thread(uri) } }
    },
    'app.bsky.feed.getPosts': ({ params }) => ({
      posts: params.getAll('uris').flatMap((uri) => {
        const record = this.records.get(uri)
        return record === undefined ? [] : [this.#post(uri, record)]
      }),
    }),
  }

  #thread(uri: string): object {
    const replies = this.replies
      .filter(({ to }) => to === uri)
      .map((reply) => ({
        $type: 'app.bsky.feed.defs#threadViewPost',
        post: {
          uri: reply.uri,
          author: { did: 'did:plc:other', handle: 'noor.example.com', displayName: 'Noor' },
          record: { text: reply.text, createdAt: reply.at },
          indexedAt: reply.at,
          likeCount: 1,
          replyCount: this.replies.filter(({ to }) => to === reply.uri).length,
        },
        ...this.#thread(reply.uri),
      }))
    return { replies }
  }

  #post(uri: string, record: Record<string, unknown>) {
    const author = { did: DID, handle: this.handle }
    const replyCount = this.replies.filter(({ to }) => to === uri).length
    const counts = { likeCount: this.likes.get(uri) ?? 5, repostCount: 2, replyCount, quoteCount: 0 }
    const embed = viewOf(record.embed)
    return { uri, author, record, ...counts, ...(embed === undefined ? {} : { embed }) }
  }

  #page(params: Params) {
    const all = [...this.records].sort(([a], [b]) => (a < b ? 1 : -1))
    const from = Number(params.get('cursor') ?? 0)
    const more = from + PAGE < all.length
    return { page: all.slice(from, from + PAGE), cursor: more ? String(from + PAGE) : undefined }
  }

  #session() {
    const accessJwt = this.#token(ACCESS_SECONDS)
    const refreshJwt = this.#token(REFRESH_SECONDS)
    this.#access.set(accessJwt, this.#clock.now() + ACCESS_SECONDS * 1000)
    this.#refresh.add(refreshJwt)
    return { did: DID, handle: this.handle, accessJwt, refreshJwt, didDoc: { id: DID, service: SERVICE } }
  }

  #token(seconds: number): string {
    const payload = {
      exp: Math.floor(this.#clock.now() / 1000) + seconds,
      scope: 'com.atproto.appPass',
      jti: unguessable(this.#random, 16),
    }
    return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.signature`
  }
}

/** Media as the app view shows it, made of how the record names it. */
function viewOf(embed: unknown): object | undefined {
  const { $type, images = [], alt } = Object(embed)
  const at = (place: string) => `https://cdn.example.com/${place}`
  if ($type === 'app.bsky.embed.video')
    return { $type: `${$type}#view`, playlist: at('video.m3u8'), thumbnail: at('video.jpg'), alt }
  if ($type !== 'app.bsky.embed.images') return undefined
  const shown = images.map((image: { alt: string }, index: number) => ({
    thumb: at(`thumb/${index}`),
    fullsize: at(`full/${index}`),
    alt: image.alt,
  }))
  return { $type: `${$type}#view`, images: shown }
}

import type { Endpoint, OutputOf } from '@tockwork/contracts'
import { type Clock, type Random, UsageError } from '@tockwork/kernel'
import type { Auth } from './auth/auth.ts'
import type { Caller, CallOptions } from './caller.ts'
import { UserApi } from './display/user.ts'
import { VideosApi } from './display/videos.ts'
import type { Http } from './http.ts'
import { Posts } from './posts/posts.ts'
import type { StatusFeed } from './posts/status-feed.ts'
import type { Credential, Dispatcher } from './transport/dispatcher.ts'
import { redirectTo } from './transport/origin.ts'

export interface CreatorParts {
  auth: Auth
  dispatcher: Dispatcher
  credential: Credential
  http: Http
  clock: Clock
  random: Random
  origin: string | undefined
  /** Brings webhook events to whoever waits for a post. */
  feed: StatusFeed
}

/** Everything that can be done as one user. Cheap to make: keep one for each user, or make one for each request. */
export class Creator implements Caller {
  readonly #parts: CreatorParts
  readonly http: Http
  readonly clock: Clock
  readonly random: Random
  readonly user: UserApi
  readonly videos: VideosApi
  readonly posts: Posts

  constructor(parts: CreatorParts) {
    this.#parts = parts
    this.http = parts.http
    this.clock = parts.clock
    this.random = parts.random
    this.user = new UserApi(this)
    this.videos = new VideosApi(this)
    this.posts = new Posts(this, parts.feed)
  }

  /** Calls any endpoint of the contracts as this user. An endpoint that answers with bytes gives a `Uint8Array`. */
  async call<E extends Endpoint>(endpoint: E, options: CallOptions<E> = {}): Promise<OutputOf<E>> {
    const { auth, dispatcher, credential } = this.#parts
    let as = credential
    if (endpoint.auth === 'none') as = auth.appCredential()
    else if (endpoint.auth !== 'user') throw wrongCaller(endpoint)
    // The dispatcher decodes with this endpoint's own schema.
    return (await dispatcher.call(endpoint, options, as)) as OutputOf<E>
  }

  resolve(url: string): string {
    return redirectTo(this.#parts.origin, url)
  }
}

function wrongCaller(endpoint: Endpoint): UsageError {
  const how =
    endpoint.auth === 'app' || endpoint.auth === 'client'
      ? 'It is called as the app: use tiktok.callAsApp().'
      : 'It is not an API call: a browser or an upload does it.'
  return new UsageError(`${endpoint.id} is not called as a user. ${how}`, {
    endpoint: endpoint.id,
    action: how,
  })
}

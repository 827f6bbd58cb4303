/** What the emulator has written down, read over its control API: it was there, and it was never killed. */
import { defaultSeed, type FaultSpec, type LoggedRequest } from '@tockwork/emulator'

export interface Publish {
  id: string
  creator: string
  mode: 'direct' | 'inbox'
  state: string
  postInfo: { title?: string }
  uploadedBytes: number
  postIds: string[]
  failReason?: string
}

/** An event that TikTok has for the hub. */
export interface TikTokEvent {
  event: string
  body: string
  state: 'pending' | 'delivered' | 'dropped'
}

export interface Grant {
  id: string
  creator: string
  openId: string
  endedAt?: number
}

const MOST_REQUESTS = 2000

/** Follows the emulator's request log, which keeps only the last 2,000. */
export class EmulatorBooks {
  readonly #origin: string
  readonly #requests: LoggedRequest[] = []
  #last = 0
  /** Requests that went by unread. */
  missed = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  get requests(): readonly LoggedRequest[] {
    return this.#requests
  }

  async publishes(): Promise<Publish[]> {
    return (await this.#get<{ publishes: Publish[] }>('publishes')).publishes
  }

  async grants(): Promise<Grant[]> {
    return (await this.#get<{ grants: Grant[] }>('grants')).grants
  }

  async events(): Promise<TikTokEvent[]> {
    return (await this.#get<{ deliveries: TikTokEvent[] }>('webhooks')).deliveries
  }

  /** Where TikTok sends the events of the demo app. */
  async sendEventsTo(webhook_url: string): Promise<void> {
    const app = defaultSeed.apps?.[0]
    if (app !== undefined) await this.#send('POST', 'seed', { apps: [{ ...app, webhook_url }] })
  }

  /** A creator takes all consents back in TikTok's own settings. */
  async revoke(creator: string): Promise<void> {
    for (const grant of await this.grants())
      if (grant.creator === creator && grant.endedAt === undefined)
        await this.#send('DELETE', `grants/${encodeURIComponent(grant.id)}`)
  }

  /** Reads on in the request log; to be called more often than 2,000 requests come in. */
  async follow(): Promise<void> {
    const { requests } = await this.#get<{ requests: LoggedRequest[] }>(`requests?limit=${MOST_REQUESTS}`)
    const fresh = requests.filter(({ id }) => id > this.#last)
    const [first] = fresh
    if (first === undefined) return
    this.missed += first.id - this.#last - 1
    this.#last = fresh.at(-1)?.id ?? this.#last
    this.#requests.push(...fresh)
  }

  async setFaults(faults: readonly FaultSpec[]): Promise<void> {
    await this.#send('DELETE', 'faults')
    for (const fault of faults) await this.#send('POST', 'faults', fault)
  }

  /** Consents as a creator; gives the address that they are sent back to. */
  async consent(authorizeUrl: string, user: string): Promise<string> {
    const body = { authorize_url: authorizeUrl, user }
    return ((await this.#send('POST', 'authorize', body)) as { redirect_url: string }).redirect_url
  }

  #get<T>(path: string): Promise<T> {
    return this.#send('GET', path) as Promise<T>
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#origin}/_emulator/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} /_emulator/${path}: ${await answer.text()}`)
    return answer.json()
  }
}

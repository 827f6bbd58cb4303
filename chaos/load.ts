/** Asks the hub for posts, over and over, the way a product's backend would. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '@tockwork/api'
import type { Random } from '@tockwork/kernel'
import { makeSamplePhoto, makeSampleVideo } from '@tockwork/media/sample'
import type { HubCaller } from './hub-caller.ts'
import type { AskedPost } from './verdict.ts'

export interface Creator {
  username: string
  accountId: string
}

/** Drafts that a creator may have waiting within a day; a further one would wait for tomorrow. */
const DRAFTS_PER_CREATOR = 4

export class Load {
  readonly posts: AskedPost[] = []
  /** Refusals, which end nothing but their request; the post was never accepted. */
  readonly refusals: string[] = []
  readonly #caller: HubCaller
  readonly #random: Random
  readonly #creators: Creator[]
  readonly #label: string
  readonly #drafts = new Map<string, number>()
  #assets: string[] = []
  #files: Server | undefined
  #filesOrigin = ''
  #turn = 0
  #count = 0

  constructor(parts: { caller: HubCaller; random: Random; creators: readonly Creator[]; label: string }) {
    this.#caller = parts.caller
    this.#random = parts.random
    this.#creators = [...parts.creators]
    this.#label = parts.label
  }

  /** Someone who connected later. */
  join(creator: Creator): void {
    this.#creators.push(creator)
  }

  /** Uploads a clip of one chunk and one of several, and serves a clip and photos for TikTok to download. */
  async prepare(signal: AbortSignal): Promise<void> {
    const small = makeSampleVideo({ durationSec: 4 })
    const large = makeSampleVideo({ durationSec: 6, padToBytes: 22_000_000 })
    for (const body of [small, large]) {
      const asset = await this.#caller.call((client) => client.assets.create({ body }), signal)
      this.#assets.push(asset.id)
    }
    const photo = makeSamplePhoto()
    const files = createServer(({ url }, response) => {
      const [type, bytes] = url?.endsWith('.jpg') === true ? ['image/jpeg', photo] : ['video/mp4', small]
      response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
    })
    this.#files = files
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    this.#filesOrigin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
  }

  close(): void {
    this.#files?.closeAllConnections()
    this.#files?.close()
  }

  /** Posts, `perSecond` on average, until the signal; resolves when every request has its answer. */
  async run(options: {
    perSecond: number
    urls: boolean
    until: AbortSignal
    giveUp: AbortSignal
  }): Promise<void> {
    const asking: Promise<void>[] = []
    while (!options.until.aborted) {
      const creator = this.#creators[this.#turn % this.#creators.length] as Creator
      this.#turn += 1
      asking.push(this.#post(creator, options))
      await pause((1000 / options.perSecond) * (0.5 + this.#random.next()), undefined, {
        signal: options.until,
      }).catch(() => undefined)
    }
    await Promise.all(asking)
  }

  /** One plain post for every creator: what a working grant is good for. */
  async onceEach(giveUp: AbortSignal): Promise<void> {
    for (const creator of this.#creators) await this.#post(creator, { urls: false, giveUp, plain: true })
  }

  /** Of those that TikTok downloads, half are clips and half photos; drafts are of all three kinds. */
  #kindOfUrl(chance: number): 'asset' | 'clip' | 'photos' {
    if (chance === 1) return 'asset'
    const part = Math.floor(chance * 1_000) % (chance > 0.9 ? 3 : 2)
    return part === 0 ? 'clip' : part === 1 ? 'photos' : 'asset'
  }

  #mediaOf(kind: 'asset' | 'clip' | 'photos', asset_id: string) {
    if (kind === 'photos') {
      const urls = [1, 2, 3].map((n) => `${this.#filesOrigin}/photo-${n}.jpg`)
      return { photos: { urls, cover_index: 0 } }
    }
    return { video: kind === 'clip' ? { url: `${this.#filesOrigin}/clip.mp4` } : { asset_id } }
  }

  async #post(
    creator: Creator,
    options: { urls: boolean; giveUp: AbortSignal; plain?: boolean },
  ): Promise<void> {
    const title = `${this.#label} ${this.#count}`
    this.#count += 1
    const chance = options.plain === true ? 1 : this.#random.next()
    const drafts = this.#drafts.get(creator.username) ?? 0
    const asset_id = this.#assets[chance < 0.25 ? 1 : 0] as string
    const mode: AskedPost['mode'] =
      chance > 0.9 && chance < 1 && drafts < DRAFTS_PER_CREATOR ? 'draft' : 'direct'
    if (mode === 'draft') this.#drafts.set(creator.username, drafts + 1)
    const kind = options.urls && chance > 0.7 ? this.#kindOfUrl(chance) : 'asset'
    const seen = chance > 0.8 ? 'PUBLIC_TO_EVERYONE' : 'SELF_ONLY'
    const post: AskedPost = {
      title,
      mode,
      creator: creator.username,
      kind: kind === 'photos' ? 'photo' : 'video',
    }
    this.posts.push(post)
    const body = {
      accounts: [creator.accountId],
      mode,
      ...this.#mediaOf(kind, asset_id),
      options: mode === 'draft' ? {} : { title, privacy_level: seen },
    }
    try {
      const made = await this.#caller.call(
        (client) => client.posts.create({ body }, { idempotencyKey: title.replaceAll(' ', '-') }),
        options.giveUp,
      )
      post.postId = made.posts[0]?.id as string
    } catch (error) {
      if (options.giveUp.aborted) return
      if (!(error instanceof Problem)) throw error
      // The caller knows that it was not accepted.
      this.posts.splice(this.posts.indexOf(post), 1)
      this.refusals.push(`${title}: ${error.code} ${error.message}`)
    }
  }
}

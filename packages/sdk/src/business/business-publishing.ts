import type { InputOf, OutputOf } from '@tockwork/contracts'
import {
  businessPublishStatus,
  businessVideoSettings,
  publishBusinessPhotos,
  publishBusinessVideo,
} from '@tockwork/contracts/business'
import type { BusinessCaller, WithoutAccount } from './business-caller.ts'

export type BusinessVideoPost = WithoutAccount<InputOf<typeof publishBusinessVideo>>
export type BusinessPhotoPost = WithoutAccount<InputOf<typeof publishBusinessPhotos>>
export type BusinessPublishState = OutputOf<typeof businessPublishStatus>
export type BusinessPostSettings = OutputOf<typeof businessVideoSettings>

interface Signal {
  signal?: AbortSignal | undefined
}

/** `account.publishing`: TikTok fetches the media from an address under a verified URL property. */
export class BusinessPublishing {
  readonly #caller: BusinessCaller

  constructor(caller: BusinessCaller) {
    this.#caller = caller
  }

  /** Begins a publication and gives its id. When the answer is lost, the outcome is unknown and nothing is repeated. */
  async video(post: BusinessVideoPost, { signal }: Signal = {}): Promise<string> {
    return (await this.#caller.call(publishBusinessVideo, { input: post, signal })).share_id
  }

  async photos(post: BusinessPhotoPost, { signal }: Signal = {}): Promise<string> {
    return (await this.#caller.call(publishBusinessPhotos, { input: post, signal })).share_id
  }

  /** How a publication stands: ask every few seconds, or wait for the `post.publish.*` webhook. */
  status(publishId: string, { signal }: Signal = {}): Promise<BusinessPublishState> {
    return this.#caller.call(businessPublishStatus, { query: { publish_id: publishId }, signal })
  }

  /** What the account allows, to be asked for before each post. */
  settings({ signal }: Signal = {}): Promise<BusinessPostSettings> {
    return this.#caller.call(businessVideoSettings, { query: {}, signal })
  }
}

import { cancelPublish } from '@tockwork/contracts/posting'
import { awaitCompletion, type CompletionContext, type CompletionOptions } from './await-completion.ts'
import { fetchStatus, type PostStatus } from './post-status.ts'

/** A post that TikTok knows by its publish id. Holds nothing else: it can be opened again at any time. */
export class Post {
  readonly publishId: string
  readonly #context: CompletionContext

  constructor(publishId: string, context: CompletionContext) {
    this.publishId = publishId
    this.#context = context
  }

  /** How it is getting on, by one call. A failed post is an answer with `failure` in it. */
  status(options: { signal?: AbortSignal | undefined } = {}): Promise<PostStatus> {
    return fetchStatus(this.#context.caller, this.publishId, options.signal)
  }

  /**
   * Waits until the post is published, or in the creator's inbox when it is a draft.
   * @throws {PublishFailedError} when it failed, `PublishTimeoutError` after `timeoutMs` (ten minutes by default).
   */
  completed(options: CompletionOptions = {}): Promise<PostStatus> {
    return awaitCompletion(this.#context, this.publishId, options)
  }

  /**
   * Asks TikTok to stop a download (`{ url }` sources and photos), as far as that is still possible. The post then ends
   * as FAILED with `publish_cancelled`.
   */
  async cancel(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#context.caller.call(cancelPublish, {
      input: { publish_id: this.publishId },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }
}

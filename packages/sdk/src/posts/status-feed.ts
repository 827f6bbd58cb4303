/** What the feed needs of a webhook event; what `verifyWebhook` returns has it. */
export interface FeedEvent {
  event: string
  content: unknown
}

/**
 * Brings webhook events to whoever waits for a post: hand every verified event to `deliver`. An event wakes the waiter,
 * which confirms by one status call, so neither a forged nor a doubled event can decide anything.
 */
export class StatusFeed {
  readonly #listeners = new Map<string, Set<() => void>>()
  #fed: boolean

  /** @param fed whether events can be counted on from the start; otherwise from the first one on. */
  constructor(fed = true) {
    this.#fed = fed
  }

  /** Whether events come in, so that waiting may poll less. */
  get fed(): boolean {
    return this.#fed
  }

  /** Returns whether anyone was waiting for this event's post. Events about anything else are ignored. */
  deliver(event: FeedEvent): boolean {
    if (!event.event.startsWith('post.publish.')) return false
    const { content } = event
    this.#fed = true
    if (typeof content !== 'object' || content === null || !('publish_id' in content)) return false
    const listeners = this.#listeners.get(String(content.publish_id))
    for (const wake of [...(listeners ?? [])]) wake()
    return listeners !== undefined
  }

  /** Calls `wake` for each event about the post until the returned function is called. */
  listen(publishId: string, wake: () => void): () => void {
    const listeners = this.#listeners.get(publishId) ?? new Set()
    this.#listeners.set(publishId, listeners)
    listeners.add(wake)
    return () => {
      listeners.delete(wake)
      if (listeners.size === 0) this.#listeners.delete(publishId)
    }
  }
}

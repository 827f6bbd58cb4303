/**
 * Wire samples as data: every request, answer and webhook body of `fixtures/open-api`, and the vectors against which
 * algorithms are tested. For tests, reference pages and tools; the endpoints themselves do not load them.
 */
import type { Provenance } from '@tockwork/kernel'
import type { EndpointExample } from './vocabulary.ts'
import type { WebhookEventName } from './webhooks/index.ts'

interface Sourced {
  source: string
  retrieved?: string
  provenance: Provenance
  note?: string
}

/** A redirect back to the app, and what is to be read from it. */
export interface CallbackExample extends Sourced {
  name: string
  url: string
  read: Readonly<Record<string, string | readonly string[]>>
}

/** A webhook as it arrives. */
export interface WebhookExample extends Sourced {
  /** The current name, also where the body spells it otherwise. */
  event: WebhookEventName
  name: string
  /** The raw text; a signature is made over exactly these bytes. */
  body: string
  /** The `content` inside, in our types. */
  read: Readonly<Record<string, unknown>>
}

/** How a file is cut: `totalChunkCount` = floor(videoSize / chunkSize), and the last chunk takes the rest. */
export interface UploadExample extends Sourced {
  name: string
  videoSize: number
  chunkSize: number
  totalChunkCount: number
  contentType: string
  /** `status` is what TikTok answers to the PUT of this chunk. */
  chunks: readonly { first: number; last: number; bytes: number; contentRange: string; status: number }[]
}

export interface Vectors {
  /** `challenge` is the lowercase hex of the verifier's SHA-256. */
  pkce: Sourced & { verifier: string; challenge: string }
  webhookSignature: Sourced & {
    secret: string
    timestamp: number
    body: string
    signature: string
    header: string
  }
  uploads: readonly UploadExample[]
}

export { callbackExamples, endpointExamples, vectors, webhookExamples } from './examples.generated.ts'

/** The samples of an endpoint, by its id. */
export type EndpointExamples = Readonly<Record<string, readonly EndpointExample[]>>

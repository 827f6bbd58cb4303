/**
 * Google Cloud KMS. Source: cloud.google.com/kms/docs/reference/rest (cryptoKeys.encrypt, cryptoKeys.decrypt); the token is
 * that of the machine's own service account, from the metadata server.
 */
import type { Clock } from '@tockwork/kernel'
import { type KeyWrapper, withoutScheme, wrappingContextText } from './key-wrapper.ts'
import { callJsonService, textOf } from './service-call.ts'

export interface GcpKmsSettings {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…` */
  key: string
  endpoint: string
  metadataOrigin: string
}

const SERVICE = 'Google Cloud KMS'
const METADATA = 'Google’s metadata server'

export class GcpKms implements KeyWrapper {
  readonly #settings: GcpKmsSettings
  readonly #parts: { fetch: typeof fetch; clock: Clock }

  constructor(settings: GcpKmsSettings, parts: { fetch: typeof fetch; clock: Clock }) {
    this.#settings = settings
    this.#parts = parts
  }

  async wrap(key: Uint8Array, version: number): Promise<string> {
    const answer = await this.#call('encrypt', {
      plaintext: Buffer.from(key).toString('base64'),
      additionalAuthenticatedData: wrappingContextText(version),
    })
    return `gcpkms:${textOf(SERVICE, answer, 'ciphertext')}`
  }

  async unwrap(wrapped: string, version: number): Promise<Uint8Array> {
    const answer = await this.#call('decrypt', {
      ciphertext: withoutScheme('gcpkms', wrapped),
      additionalAuthenticatedData: wrappingContextText(version),
    })
    return Buffer.from(textOf(SERVICE, answer, 'plaintext'), 'base64')
  }

  async #call(action: 'encrypt' | 'decrypt', body: object): Promise<Readonly<Record<string, unknown>>> {
    const { key, endpoint, metadataOrigin } = this.#settings
    const identity = await callJsonService(
      {
        service: METADATA,
        url: `${metadataOrigin}/computeMetadata/v1/instance/service-accounts/default/token`,
        method: 'GET',
        headers: { 'metadata-flavor': 'Google' },
      },
      this.#parts,
    )
    return callJsonService(
      {
        service: SERVICE,
        url: `${endpoint}/v1/${key.split('/').map(encodeURIComponent).join('/')}:${action}`,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${textOf(METADATA, identity, 'access_token')}`,
        },
        body: JSON.stringify(body),
        problemOf,
      },
      this.#parts,
    )
  }
}

/** `{"error":{"status":"PERMISSION_DENIED","message":"…"}}` */
function problemOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const error: unknown = Reflect.get(answer, 'error')
  if (typeof error !== 'object' || error === null) return undefined
  const status: unknown = Reflect.get(error, 'status')
  return typeof status === 'string' ? status : undefined
}

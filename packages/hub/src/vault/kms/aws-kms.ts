/** AWS Key Management Service. Source: docs.aws.amazon.com/kms/latest/APIReference (Encrypt, Decrypt). */
import type { Clock } from '@tockwork/kernel'
import { AwsV4Signer } from 'aws4fetch'
import { type AwsCredentialSource, awsCredentials } from './aws-credentials.ts'
import { type KeyWrapper, withoutScheme, wrappingContext } from './key-wrapper.ts'
import { callJsonService, textOf } from './service-call.ts'

export interface AwsKmsSettings {
  /** Id, ARN or `alias/…` of a symmetric key. */
  keyId: string
  region: string
  /** Origin of the service; the region's unless told. */
  endpoint: string | undefined
  credentials: AwsCredentialSource
}

export interface AwsKmsParts {
  fetch: typeof fetch
  clock: Clock
  readFile: (path: string) => Promise<string>
}

const SERVICE = 'AWS KMS'

export class AwsKms implements KeyWrapper {
  readonly #settings: AwsKmsSettings
  readonly #parts: AwsKmsParts

  constructor(settings: AwsKmsSettings, parts: AwsKmsParts) {
    this.#settings = settings
    this.#parts = parts
  }

  async wrap(key: Uint8Array, version: number): Promise<string> {
    const answer = await this.#call('Encrypt', {
      KeyId: this.#settings.keyId,
      Plaintext: Buffer.from(key).toString('base64'),
      EncryptionContext: wrappingContext(version),
    })
    return `awskms:${textOf(SERVICE, answer, 'CiphertextBlob')}`
  }

  async unwrap(wrapped: string, version: number): Promise<Uint8Array> {
    const answer = await this.#call('Decrypt', {
      // Named although the ciphertext names it too: a ciphertext under another key is refused.
      KeyId: this.#settings.keyId,
      CiphertextBlob: withoutScheme('awskms', wrapped),
      EncryptionContext: wrappingContext(version),
    })
    return Buffer.from(textOf(SERVICE, answer, 'Plaintext'), 'base64')
  }

  async #call(action: 'Encrypt' | 'Decrypt', body: object): Promise<Readonly<Record<string, unknown>>> {
    const { region, endpoint } = this.#settings
    const credentials = await awsCredentials(this.#settings.credentials, this.#parts)
    const payload = JSON.stringify(body)
    const signed = await new AwsV4Signer({
      method: 'POST',
      url: `${endpoint ?? `https://kms.${region}.${domainOf(region)}`}/`,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      body: payload,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey.reveal(),
      ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken.reveal() }),
      service: 'kms',
      region,
      datetime: new Date(this.#parts.clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }).sign()
    return callJsonService(
      {
        service: SERVICE,
        url: signed.url.href,
        headers: Object.fromEntries(signed.headers),
        body: payload,
        problemOf,
      },
      this.#parts,
    )
  }
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

/** `{"__type":"AccessDeniedException","message":"…"}`; the type alone says enough, the text may name accounts. */
function problemOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const type: unknown = Reflect.get(answer, '__type')
  return typeof type === 'string' ? type.replace(/^.*#/, '') : undefined
}

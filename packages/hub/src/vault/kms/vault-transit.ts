/**
 * The transit engine of HashiCorp Vault (and OpenBao). Source: developer.hashicorp.com/vault/api-docs/secret/transit,
 * encrypt and decrypt data.
 */
import type { Clock, Secret } from '@tockwork/kernel'
import { type KeyWrapper, wrappingContextText } from './key-wrapper.ts'
import { callJsonService, KmsError, textOf } from './service-call.ts'

export interface VaultTransitSettings {
  /** `https://vault.example.com:8200` */
  address: string
  /** Name of the transit key: an AEAD one, such as the default `aes256-gcm96`. */
  key: string
  mount: string
  namespace: string | undefined
  /** A token, or the file in which an agent keeps a fresh one. */
  token: { value: Secret } | { file: string }
}

export interface VaultTransitParts {
  fetch: typeof fetch
  clock: Clock
  readFile: (path: string) => Promise<string>
}

const SERVICE = 'Vault'

export class VaultTransit implements KeyWrapper {
  readonly #settings: VaultTransitSettings
  readonly #parts: VaultTransitParts

  constructor(settings: VaultTransitSettings, parts: VaultTransitParts) {
    this.#settings = settings
    this.#parts = parts
  }

  async wrap(key: Uint8Array, version: number): Promise<string> {
    const data = await this.#call('encrypt', {
      plaintext: Buffer.from(key).toString('base64'),
      associated_data: wrappingContextText(version),
    })
    const wrapped = textOf(SERVICE, data, 'ciphertext')
    // Vault's own spelling (`vault:v1:…`) is the scheme already.
    if (wrapped.startsWith('vault:')) return wrapped
    throw new KmsError('Vault answered a ciphertext that does not begin with vault:.', {
      code: 'kms_answer',
      retry: 'never',
    })
  }

  async unwrap(wrapped: string, version: number): Promise<Uint8Array> {
    const data = await this.#call('decrypt', {
      ciphertext: wrapped,
      associated_data: wrappingContextText(version),
    })
    return Buffer.from(textOf(SERVICE, data, 'plaintext'), 'base64')
  }

  async #call(action: 'encrypt' | 'decrypt', body: object): Promise<Readonly<Record<string, unknown>>> {
    const { address, key, mount, namespace, token } = this.#settings
    const credential = 'value' in token ? token.value.reveal() : await this.#parts.readFile(token.file)
    const path = mount.split('/').map(encodeURIComponent).join('/')
    const { data } = await callJsonService(
      {
        service: SERVICE,
        url: `${address}/v1/${path}/${action}/${encodeURIComponent(key)}`,
        headers: {
          'content-type': 'application/json',
          'x-vault-request': 'true',
          'x-vault-token': credential.trim(),
          ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        },
        body: JSON.stringify(body),
        problemOf,
      },
      this.#parts,
    )
    if (typeof data === 'object' && data !== null) return data as Record<string, unknown>
    throw new KmsError('Vault answered without data.', { code: 'kms_answer', retry: 'never' })
  }
}

/** `{"errors":["permission denied"]}` */
function problemOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const errors: unknown = Reflect.get(answer, 'errors')
  return Array.isArray(errors) && errors.length > 0 ? errors.map(String).join('; ') : undefined
}

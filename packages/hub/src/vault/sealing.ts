/**
 * Envelopes of the vault: what is stored in `*_sealed` columns.
 *
 *     1 byte    format, 1
 *     4 bytes   version of the master key, big endian
 *     12 bytes  nonce of the wrapped key
 *     12 bytes  nonce of the content
 *     48 bytes  data key, AES-256-GCM under the master key (32 bytes and a tag of 16)
 *     rest      content, AES-256-GCM under the data key, and a tag of 16
 *
 * Each envelope has a data key of its own, so random nonces never meet under one key, and a new master key means
 * wrapping 32 bytes anew instead of touching the content. Where an envelope belongs is authenticated in both layers: in
 * another workspace, row, column or generation it does not open.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { cryptoRandom, type Random, Secret, TockworkError } from '@tockwork/kernel'
import type { KeyProvider } from './master-keys.ts'

const FORMAT = 1
const NONCE = 12
const TAG = 16
const DATA_KEY = 32
const AT = { keyVersion: 1, keyNonce: 5, contentNonce: 17, wrappedKey: 29, content: 29 + DATA_KEY + TAG }

/** The one place where an envelope opens. */
export interface SealPlace {
  workspaceId: string
  /** The row: an account, an app, a session. */
  ownerId: string
  /** Table and column: `token_vault.sealed`. */
  column: string
  /** Counts how often the value was replaced, where old values must not come back; 1 where that does not matter. */
  generation?: number
}

/** An envelope did not open. Says neither what is in it nor what the keys are. */
export class VaultError extends TockworkError {
  constructor(message: string, code: 'envelope_damaged' | 'envelope_does_not_open') {
    super(message, {
      code,
      retry: 'never',
      action:
        'The row was changed outside the hub, or belongs to another master key. Restore it from a backup.',
    })
  }
}

export class Vault {
  readonly #keys: KeyProvider
  readonly #random: Random

  constructor(keys: KeyProvider, random: Random = cryptoRandom) {
    this.#keys = keys
    this.#random = random
  }

  /** Version of the master key that seals now. */
  async keyVersion(): Promise<number> {
    return (await this.#keys.current()).version
  }

  /** Versions of all master keys that are there, the current one among them. */
  keyVersions(): Promise<readonly number[]> {
    return this.#keys.versions()
  }

  /** Tens of thousands a second on one core. */
  async seal(content: string | Secret, place: SealPlace): Promise<Uint8Array> {
    const dataKey = this.#random.bytes(DATA_KEY)
    const nonce = this.#random.bytes(NONCE)
    const where = placeBytes(place)
    const text = typeof content === 'string' ? content : content.reveal()
    const sealed = encrypt(dataKey, nonce, Buffer.from(text, 'utf8'), [where])
    const envelope = await this.#envelope(dataKey, nonce, sealed, where)
    dataKey.fill(0)
    return envelope
  }

  /** @throws {VaultError} when it is damaged, belongs elsewhere, or was sealed under another key. */
  async open(envelope: Uint8Array, place: SealPlace): Promise<Secret> {
    const where = placeBytes(place)
    const dataKey = await this.#unwrap(envelope, where)
    const nonce = envelope.subarray(AT.contentNonce, AT.wrappedKey)
    const content = decrypt(dataKey, nonce, envelope.subarray(AT.content), [where])
    dataKey.fill(0)
    const secret = new Secret(content.toString('utf8'))
    content.fill(0)
    return secret
  }

  /** The same content under the current master key, or `undefined` when it is under that one already. */
  async rewrap(envelope: Uint8Array, place: SealPlace): Promise<Uint8Array | undefined> {
    if (keyVersionOf(envelope) === (await this.keyVersion())) return undefined
    const where = placeBytes(place)
    const dataKey = await this.#unwrap(envelope, where)
    const nonce = envelope.subarray(AT.contentNonce, AT.wrappedKey)
    const rewrapped = await this.#envelope(dataKey, nonce, envelope.subarray(AT.content), where)
    dataKey.fill(0)
    return rewrapped
  }

  async #envelope(
    dataKey: Uint8Array,
    contentNonce: Uint8Array,
    sealed: Uint8Array,
    where: Uint8Array,
  ): Promise<Uint8Array> {
    const { version, key } = await this.#keys.current()
    const envelope = new Uint8Array(AT.content + sealed.length)
    envelope[0] = FORMAT
    new DataView(envelope.buffer).setUint32(AT.keyVersion, version)
    const keyNonce = this.#random.bytes(NONCE)
    envelope.set(keyNonce, AT.keyNonce)
    envelope.set(contentNonce, AT.contentNonce)
    const header = envelope.subarray(0, AT.keyNonce)
    envelope.set(encrypt(key, keyNonce, dataKey, [header, where]), AT.wrappedKey)
    envelope.set(sealed, AT.content)
    return envelope
  }

  async #unwrap(envelope: Uint8Array, where: Uint8Array): Promise<Buffer> {
    const { key } = await this.#keys.get(keyVersionOf(envelope))
    const nonce = envelope.subarray(AT.keyNonce, AT.contentNonce)
    const wrapped = envelope.subarray(AT.wrappedKey, AT.content)
    return decrypt(key, nonce, wrapped, [envelope.subarray(0, AT.keyNonce), where])
  }
}

/** Version of the master key an envelope was sealed under. @throws {VaultError} when it is no envelope. */
export function keyVersionOf(envelope: Uint8Array): number {
  if (envelope.length < AT.content + TAG || envelope[0] !== FORMAT)
    throw new VaultError('This is no envelope of the vault, or a damaged one.', 'envelope_damaged')
  return new DataView(envelope.buffer, envelope.byteOffset).getUint32(AT.keyVersion)
}

type Key = Parameters<typeof createCipheriv>[1]

function encrypt(key: Key, nonce: Uint8Array, content: Uint8Array, bound: readonly Uint8Array[]): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(joined(bound))
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Key, nonce: Uint8Array, sealed: Uint8Array, bound: readonly Uint8Array[]): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  decipher.setAAD(joined(bound))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()])
  } catch {
    throw new VaultError(
      'An envelope does not open: its content, its place or its key is another.',
      'envelope_does_not_open',
    )
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
}

/** As a JSON list, so that no two places have the same bytes however their parts are cut. */
function placeBytes({ workspaceId, ownerId, column, generation = 1 }: SealPlace): Uint8Array {
  return Buffer.from(JSON.stringify(['tockwork-vault', workspaceId, ownerId, column, generation]), 'utf8')
}

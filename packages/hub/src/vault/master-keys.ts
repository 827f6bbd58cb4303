/** Where the vault's master keys come from: text in the environment, a key management service, or a file of this machine. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Random, UsageError } from '@tockwork/kernel'
import { type KeyWrappers, KmsError } from './kms/index.ts'
import {
  MASTER_KEY_BYTES,
  type MasterKeyText,
  MasterKeyTextError,
  readMasterKeyText,
} from './master-key-text.ts'

/** A master key. `KeyObject` shows nothing of itself when printed or serialised. */
export interface MasterKey {
  /** From 1; stands in every envelope. */
  readonly version: number
  readonly key: KeyObject
}

/**
 * Gives master keys. A provider in front of a key management service decrypts its keys there once and keeps them in
 * memory; everything is asynchronous so that it can.
 */
export interface KeyProvider {
  /** The key that seals from now on. */
  current(): Promise<MasterKey>
  /** @throws {UsageError} `unknown_key_version` when there is none of this version. */
  get(version: number): Promise<MasterKey>
  /** Every version that `get` knows. */
  versions(): Promise<readonly number[]>
}

/** Keys held in this process. The first one seals, all of them open. */
export class LocalKeys implements KeyProvider {
  readonly #keys: readonly MasterKey[]

  constructor(keys: readonly MasterKey[]) {
    if (keys.length === 0) throw new UsageError('the vault needs a master key', { code: 'no_master_key' })
    this.#keys = [...keys]
  }

  async current(): Promise<MasterKey> {
    // Never empty: the constructor saw to it.
    return this.#keys[0] as MasterKey
  }

  async versions(): Promise<readonly number[]> {
    return this.#keys.map(({ version }) => version)
  }

  async get(version: number): Promise<MasterKey> {
    const key = this.#keys.find((one) => one.version === version)
    if (key !== undefined) return key
    throw new UsageError(`The vault has no master key of version ${version}.`, {
      code: 'unknown_key_version',
      // Somebody can give the key back; nothing is wrong with what is sealed.
      retry: 'after',
      action: 'Add the key of this version to TOCKWORK_SECRET_KEY again until everything is sealed anew.',
    })
  }
}

/**
 * Master keys as `TOCKWORK_SECRET_KEY` gives them, the wrapped ones unwrapped by their services; the first one seals. To
 * rotate: add the new key at the end and restart every process, move it to the front and restart, let the hub seal
 * everything anew, then leave the old one out.
 * @throws {UsageError} naming what is wrong, never the text; {@link KmsError} when a service does not unwrap.
 */
export async function openMasterKeys(text: string, wrappers: KeyWrappers): Promise<LocalKeys> {
  return new LocalKeys(await Promise.all(read(text).map((one) => opened(one, wrappers))))
}

/** The same for keys that no service has wrapped. @throws {UsageError} */
export function parseMasterKeys(text: string): LocalKeys {
  return new LocalKeys(
    read(text).map((one) => {
      if ('key' in one) return one
      throw wrongKey(`the key of version ${one.version} is wrapped by ${one.scheme}`)
    }),
  )
}

async function opened(text: MasterKeyText, wrappers: KeyWrappers): Promise<MasterKey> {
  if ('key' in text) return text
  const { version, scheme, wrapped } = text
  const wrapper = wrappers[scheme]
  if (wrapper === undefined)
    throw wrongKey(`the key of version ${version} is wrapped by ${scheme}, which is not configured`)
  const bytes = await wrapper.unwrap(wrapped, version)
  if (bytes.length !== MASTER_KEY_BYTES)
    throw new KmsError(`What ${scheme} unwrapped for version ${version} is no master key.`, {
      code: 'kms_answer',
      retry: 'never',
    })
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { version, key }
}

function read(text: string): MasterKeyText[] {
  try {
    return readMasterKeyText(text)
  } catch (error) {
    throw error instanceof MasterKeyTextError ? wrongKey(error.message) : error
  }
}

function wrongKey(problem: string): UsageError {
  return new UsageError(`The master key cannot be used: ${problem}.`, {
    code: 'master_key_invalid',
    action: `Give ${MASTER_KEY_BYTES} random bytes in base64, for instance from: openssl rand -base64 ${MASTER_KEY_BYTES}`,
  })
}

/**
 * Reads the keys from a file, and makes one with a fresh key (mode 0600) where there is none. Several processes may
 * start at once: one of them makes the file, the others read it.
 */
export async function keysFromFile(path: string, random: Random): Promise<LocalKeys> {
  const existing = await readIfThere(path)
  if (existing !== undefined) return parseMasterKeys(existing)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`1:${Buffer.from(random.bytes(MASTER_KEY_BYTES)).toString('base64')}\n`)
    // A key that seals rows and is then lost in a power cut takes the rows with it.
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    // A link is made whole or not at all, and never over another one.
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(dirname(path))
  return parseMasterKeys(await readFile(path, 'utf8'))
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows does not open folders; its file systems need no such thing.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

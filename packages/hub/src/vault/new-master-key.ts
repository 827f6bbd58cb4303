/** A new master key, made here and wrapped by a service, as an entry for `TOCKWORK_SECRET_KEY`. */
import { readFile } from 'node:fs/promises'
import { type Clock, type Random, UsageError } from '@tockwork/kernel'
import { createKeyWrappers, KMS_VARIABLE, type KmsSettings, type WrapperScheme } from './kms/index.ts'
import { MASTER_KEY_BYTES, readMasterKeyText } from './master-key-text.ts'

export interface NewMasterKeyParts {
  fetch: typeof fetch
  clock: Clock
  random: Random
  /** Reads a file in which a service's token lies; the machine's own unless told. */
  readFile?: (path: string) => Promise<string>
}

/**
 * Makes a key that exists in the clear only while this runs. It is unwrapped once more before it is handed out: one that
 * could not be would lose everything that is sealed under it.
 * @returns `version:wrapped`
 * @throws {UsageError} when the service is not configured, {@link KmsError} when it refuses.
 */
export async function newMasterKey(
  wish: { version: number; scheme: WrapperScheme },
  settings: KmsSettings,
  parts: NewMasterKeyParts,
): Promise<string> {
  const { version, scheme } = wish
  const read = parts.readFile ?? ((path: string) => readFile(path, 'utf8'))
  const wrapper = createKeyWrappers(settings, { ...parts, readFile: read })[scheme]
  if (wrapper === undefined)
    throw new UsageError(`${KMS_VARIABLE[scheme]} must be set, to wrap a key with ${scheme}.`, {
      code: 'kms_not_configured',
    })
  const key = parts.random.bytes(MASTER_KEY_BYTES)
  const wrapped = await wrapper.wrap(key, version)
  const again = await wrapper.unwrap(wrapped, version)
  const same = Buffer.compare(key, again) === 0
  key.fill(0)
  again.fill(0)
  if (!same)
    throw new UsageError(`${scheme} did not give back the key that it had wrapped.`, { code: 'kms_answer' })
  return `${version}:${wrapped}`
}

/** The version after the highest of these keys; 1 when there are none. @throws {MasterKeyTextError} */
export function nextMasterKeyVersion(secretKey: string | undefined): number {
  if (secretKey === undefined || secretKey.trim() === '') return 1
  return Math.max(...readMasterKeyText(secretKey).map(({ version }) => version)) + 1
}

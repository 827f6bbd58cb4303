/** Master keys as they are written in a variable or a file. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { WRAPPER_SCHEMES, type WrapperScheme } from './kms/key-wrapper.ts'

export const MASTER_KEY_BYTES = 32

/** One of them: the key itself, or what a key management service has to unwrap first. */
export type MasterKeyText = { version: number } & (
  | { key: KeyObject }
  | { scheme: WrapperScheme; wrapped: string }
)

/** What is wrong with the text, said without it. */
export class MasterKeyTextError extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'MasterKeyTextError'
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
/** `awskms:…`, `gcpkms:…`, and Vault's own `vault:v1:…`. */
const WRAPPED = new RegExp(`^(${WRAPPER_SCHEMES.join('|')}):(?:v\\d+:)?[A-Za-z0-9+/_=-]+$`)

/**
 * Reads one base64 key (version 1), or several `version:key` separated by commas or white space, where a key is base64 or
 * wrapped by a service. @throws {MasterKeyTextError}
 */
export function readMasterKeyText(text: string): MasterKeyText[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  if (parts.length === 0) throw new MasterKeyTextError('it is empty')
  const keys = parts.map((part, index): MasterKeyText => {
    const numbered = /^(\d{1,9}):(.+)$/.exec(part)
    if (numbered === null && parts.length > 1)
      throw new MasterKeyTextError(`key ${index + 1} of ${parts.length} has no version; write version:key`)
    const version = numbered === null ? 1 : Number(numbered[1])
    if (version < 1) throw new MasterKeyTextError('versions count from 1')
    const material = numbered?.[2] ?? part
    const scheme = WRAPPED.exec(material)?.[1] as WrapperScheme | undefined
    if (scheme !== undefined) return { version, scheme, wrapped: material }
    const bytes = Buffer.from(material, 'base64')
    if (!BASE64.test(material) || bytes.length !== MASTER_KEY_BYTES)
      throw new MasterKeyTextError(`the key of version ${version} is not ${MASTER_KEY_BYTES} bytes in base64`)
    return { version, key: createSecretKey(bytes) }
  })
  if (new Set(keys.map(({ version }) => version)).size !== keys.length)
    throw new MasterKeyTextError('a version occurs twice')
  return keys
}

/** `vault new-key`: a master key for the hub, wrapped by a key management service. */
import { UsageError } from '@tockwork/kernel'
import type { Context } from '../context.ts'
import { hubTrouble } from './hub-trouble.ts'

export interface NewKeyOptions {
  with: string
  number?: string
}

const HIGHEST_VERSION = 999_999_999

/** Prints the entry alone on standard output, so that it can go straight into a secret store. */
export async function newKey(context: Context, options: NewKeyOptions): Promise<void> {
  const { config, clock, random, fetch, out } = context
  const { newMasterKey, nextMasterKeyVersion, parseKmsConfig, WRAPPER_SCHEMES } = await import(
    '@tockwork/hub'
  )
  const scheme = WRAPPER_SCHEMES.find((name) => name === options.with)
  if (scheme === undefined)
    throw new UsageError(`--with must be one of ${WRAPPER_SCHEMES.join(', ')}.`, { field: 'with' })
  const given = options.number
  if (given !== undefined && !/^[1-9]\d{0,8}$/.test(given))
    throw new UsageError(`--number must be a whole number from 1 to ${HIGHEST_VERSION}.`, { field: 'number' })
  const { TOCKWORK_SECRET_KEY } = config.environment
  const version = given === undefined ? nextVersion(TOCKWORK_SECRET_KEY) : Number(given)
  const entry = await hubTrouble(() =>
    newMasterKey({ version, scheme }, parseKmsConfig(config.environment), { fetch, clock, random }),
  )
  out.item({ version, entry }, entry)
  out.note(
    version === 1
      ? 'Give it as TOCKWORK_SECRET_KEY.'
      : 'Add it at the end of TOCKWORK_SECRET_KEY, restart every process, then put it first (docs/hub.md).',
  )

  function nextVersion(keys: string | undefined): number {
    try {
      return nextMasterKeyVersion(keys)
    } catch (error) {
      throw new UsageError(`TOCKWORK_SECRET_KEY cannot be read: ${(error as Error).message}.`, {
        field: 'TOCKWORK_SECRET_KEY',
      })
    }
  }
}

/** The vault of a program: its master keys, held against what the database was sealed with. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Random, type Secret, TockworkError, UsageError } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import type { Database } from '../storage/database.ts'
import { nameOf, SEALED_COLUMNS, sampleSealedUnder, versionsInUse } from '../storage/sealed-columns.ts'
import { findKeyProof, insertKeyProof } from '../storage/vault-keys.ts'
import { createKeyWrappers, type KmsSettings } from './kms/index.ts'
import { type KeyProvider, keysFromFile, LocalKeys, openMasterKeys } from './master-keys.ts'
import { placeOf } from './rewrap.ts'
import { type SealPlace, Vault } from './sealing.ts'

export interface OpenVaultParts {
  db: Database
  fetch: typeof fetch
  clock: Clock
  random: Random
  log: Log
}

/**
 * @param settings.dataDir where the key lies that was made on this machine, when none is given
 * @throws {UsageError} with what to do, when a key cannot be had, is missing, or is not the one it says it is;
 * {@link KmsError} when a service does not unwrap.
 */
export async function openVault(
  settings: { secretKey: Secret | undefined; kms: KmsSettings; dataDir: string },
  parts: OpenVaultParts,
): Promise<Vault> {
  const { random } = parts
  const wrappers = createKeyWrappers(settings.kms, { ...parts, readFile: (path) => readFile(path, 'utf8') })
  const keys =
    settings.secretKey === undefined
      ? await keysFromFile(join(settings.dataDir, 'secret.key'), random)
      : await openMasterKeys(settings.secretKey.reveal(), wrappers)
  await checkKeys(keys, parts)
  return new Vault(keys, random)
}

const WHERE = 'TOCKWORK_SECRET_KEY, or secret.key in the data folder without it'

/**
 * Refuses to run with keys that do not fit the database: a hub that starts anyway fails at each row it touches, tells
 * creators to connect again, and seals new rows under a key that nobody meant.
 */
export async function checkKeys(
  keys: KeyProvider,
  { db, clock, random }: Pick<OpenVaultParts, 'db' | 'clock' | 'random'>,
): Promise<void> {
  const known = await keys.versions()
  const needed = new Map<number, string[]>()
  for (const column of SEALED_COLUMNS)
    for (const version of await versionsInUse(db, column))
      needed.set(version, [...(needed.get(version) ?? []), nameOf(column)])
  const missing = [...needed].filter(([version]) => !known.includes(version))
  if (missing.length > 0)
    throw new UsageError(
      `The database needs master keys that are not there (in ${WHERE}): ${missing
        .map(([version, columns]) => `version ${version} for ${columns.join(', ')}`)
        .join('; ')}.`,
      {
        code: 'master_key_missing',
        action: 'Add them at the end, as version:key, until everything is sealed under the first one.',
      },
    )
  for (const version of known) await checkKey(await keys.get(version), { db, clock, random })
}

async function checkKey(
  key: Awaited<ReturnType<KeyProvider['get']>>,
  { db, clock, random }: Pick<OpenVaultParts, 'db' | 'clock' | 'random'>,
): Promise<void> {
  const { version } = key
  const alone = new Vault(new LocalKeys([key]), random)
  const opens = (sealed: Uint8Array, place: SealPlace): Promise<boolean> =>
    alone.open(sealed, place).then(
      () => true,
      (error) => {
        if (error instanceof TockworkError) return false
        throw error
      },
    )
  const proof = await findKeyProof(db, version)
  if (proof === undefined) {
    // Sealed before proofs were kept: any row that opens says that this is the key, and a damaged one says nothing.
    let seen = 0
    let opened = false
    for (const column of SEALED_COLUMNS) {
      for (const row of opened ? [] : await sampleSealedUnder(db, column, version, SAMPLE)) {
        seen += 1
        opened ||= await opens(row.sealed, placeOf(column, row))
      }
    }
    if (seen > 0 && !opened) throw anotherKey(version)
    await insertKeyProof(db, { version, sealed: await alone.seal(PROOF, PROOF_PLACE), now: clock.now() })
  }
  // Read again: another process may have come first, with another key.
  const kept = proof ?? (await findKeyProof(db, version))
  if (kept !== undefined && !(await opens(kept, PROOF_PLACE))) throw anotherKey(version)
}

const SAMPLE = 20
const PROOF = 'tockwork'
const PROOF_PLACE: SealPlace = { workspaceId: '', ownerId: 'proof', column: 'vault_keys.proof_sealed' }

function anotherKey(version: number): UsageError {
  return new UsageError(
    `The master key of version ${version} (from ${WHERE}) is not the one that this database was sealed with.`,
    {
      code: 'master_key_wrong',
      action:
        'Give the key that belongs to this database. A new key needs a version of its own: "2:new,1:old".',
    },
  )
}

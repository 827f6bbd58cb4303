/** Seals everything anew after the master key was changed, in small transactions beside the running hub. */
import { TockworkError } from '@tockwork/kernel'
import type { Database } from '../storage/database.ts'
import {
  lockSealedUnderOthers,
  nameOf,
  replaceSealed,
  SEALED_COLUMNS,
  type SealedColumn,
  type SealedRow,
} from '../storage/sealed-columns.ts'
import type { SealPlace, Vault } from './sealing.ts'

const BATCH = 500
/** More damaged rows than this in one column are no accident; the rest of it waits for a person. */
const MOST_FAILED = 1_000

export interface RewrapOptions {
  batch?: number
  signal?: AbortSignal
}

export interface Rewrapped {
  /** Envelopes that stand under the current master key now and did not before, by column: `token_vault.sealed`. */
  renewed: Readonly<Record<string, number>>
  /** Rows that do not open. They stay as they are, and hold up no other. */
  failed: number
}

/**
 * Wraps every envelope of the database under the current master key; rows are found by index. Safe to run in several
 * processes, to stop, and to repeat.
 */
export async function rewrapAll(db: Database, vault: Vault, options: RewrapOptions = {}): Promise<Rewrapped> {
  const renewed: Record<string, number> = {}
  let failed = 0
  for (const column of SEALED_COLUMNS) {
    const done = await rewrapColumn(db, vault, column, options)
    if (done.renewed > 0) renewed[nameOf(column)] = done.renewed
    failed += done.failed
  }
  return { renewed, failed }
}

async function rewrapColumn(
  db: Database,
  vault: Vault,
  column: SealedColumn,
  { batch = BATCH, signal }: RewrapOptions,
): Promise<{ renewed: number; failed: number }> {
  const keyVersion = await vault.keyVersion()
  const failed = new Set<string>()
  let renewed = 0
  while (signal?.aborted !== true && failed.size < MOST_FAILED) {
    const found = await db.transaction().execute(async (tx) => {
      const rows = await lockSealedUnderOthers(tx, column, keyVersion, { limit: batch, except: [...failed] })
      const done: SealedRow[] = []
      for (const row of rows) {
        const sealed = await rewrapped(vault, row.sealed, placeOf(column, row))
        if (sealed === undefined) failed.add(row.owner)
        else done.push({ ...row, sealed })
      }
      await replaceSealed(tx, column, done, keyVersion)
      renewed += done.length
      return rows.length
    })
    if (found < batch) break
  }
  return { renewed, failed: failed.size }
}

/** Where the envelope of a row opens. */
export function placeOf(column: SealedColumn, row: Omit<SealedRow, 'sealed'>): SealPlace {
  const { workspaceId, owner: ownerId, generation } = row
  return { workspaceId, ownerId, column: nameOf(column), generation }
}

/** `undefined` when it does not open: one damaged row must not keep the others under the old key. */
async function rewrapped(
  vault: Vault,
  sealed: Uint8Array,
  place: SealPlace,
): Promise<Uint8Array | undefined> {
  try {
    return (await vault.rewrap(sealed, place)) ?? sealed
  } catch (error) {
    if (error instanceof TockworkError) return undefined
    throw error
  }
}

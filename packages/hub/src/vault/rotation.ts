/** A new master key taking over: the work, and how far it is. */
import type { JobQueue } from '../jobs/queue.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Database } from '../storage/database.ts'
import { countSealedUnderOthers, nameOf, SEALED_COLUMNS } from '../storage/sealed-columns.ts'
import { rewrapAll } from './rewrap.ts'
import type { Vault } from './sealing.ts'

export interface RotationParts {
  db: Database
  vault: Vault
  log: Log
}

export interface KeyUse {
  version: number
  /** `token_vault.sealed` */
  column: string
  envelopes: number
}

const LOOK_EVERY_SECONDS = 600
const LOOK_NOW = 'rewrap-vault-now'

/** Envelopes that stand under another master key than the current one; empty when a rotation is through. */
export async function oldKeysInUse(db: Database, keyVersion: number): Promise<KeyUse[]> {
  const uses: KeyUse[] = []
  for (const column of SEALED_COLUMNS)
    for (const { version, count } of await countSealedUnderOthers(db, column, keyVersion))
      uses.push({ version, column: nameOf(column), envelopes: count })
  return uses
}

/** Seals anew, and says in the log what is left and which keys nothing needs any more. */
export async function rotateEnvelopes(
  { db, vault, log }: RotationParts,
  signal?: AbortSignal,
): Promise<readonly KeyUse[]> {
  const current = await vault.keyVersion()
  const { renewed, failed } = await rewrapAll(db, vault, signal === undefined ? {} : { signal })
  if (Object.keys(renewed).length > 0)
    log.info({ renewed, keyVersion: current }, 'Sealed anew under the current master key')
  if (failed > 0)
    log.error({ failed, keyVersion: current }, 'Envelopes do not open and stay under their old master key')
  const uses = await oldKeysInUse(db, current)
  const unused = (await vault.keyVersions()).filter(
    (version) => version !== current && !uses.some((use) => use.version === version),
  )
  if (unused.length > 0)
    log.info(
      { unused, keyVersion: current },
      'Nothing is sealed under these master keys any more: once every process seals under the current one, leave them out',
    )
  return uses
}

/** The job that does it, and the gauge that shows it; call it before the queue starts. */
export function defineRotation(parts: RotationParts, jobs: JobQueue, metrics: Metrics): void {
  jobs.define('rewrap-vault', {
    everySeconds: LOOK_EVERY_SECONDS,
    handler: async (_data, { signal, stopping }) => {
      await rotateEnvelopes(parts, AbortSignal.any([signal, stopping]))
    },
  })
  jobs.define(LOOK_NOW, {
    handler: async (_data, { signal, stopping }) => {
      await rotateEnvelopes(parts, AbortSignal.any([signal, stopping]))
    },
  })
  const gauge = metrics.gauge(
    'vault_old_envelopes',
    'Envelopes under a master key that is not the current one; all gone: the old key can be left out',
    ['key_version', 'column'],
  )
  metrics.onScrape(async () => {
    const current = await parts.vault.keyVersion()
    const uses = await oldKeysInUse(parts.db, current)
    gauge.reset()
    for (const version of await parts.vault.keyVersions())
      if (version !== current)
        for (const column of SEALED_COLUMNS)
          gauge.set({ key_version: String(version), column: nameOf(column) }, 0)
    for (const { version, column, envelopes } of uses)
      gauge.set({ key_version: String(version), column }, envelopes)
  })
}

/** After the start: a process that came up with another key first does not wait for the next look. */
export async function beginRotation({ vault }: Pick<RotationParts, 'vault'>, jobs: JobQueue): Promise<void> {
  if ((await vault.keyVersions()).length < 2) return
  // One of them, however many processes are restarted.
  await jobs.send(LOOK_NOW, {}, { key: String(await vault.keyVersion()) })
}

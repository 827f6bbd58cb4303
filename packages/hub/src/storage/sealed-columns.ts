/** Every column that holds envelopes of the vault, and what a new master key means for them. */
import { type RawBuilder, sql } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { Tables } from './tables.ts'

/** A column of envelopes; together with a row's ids it is the place where they open. */
export interface SealedColumn {
  table: keyof Tables & string
  /** The column of the envelope. */
  sealed: string
  /** The column whose value the envelope is bound to, besides the workspace. */
  owner: string
  /** The column that counts how often the value was replaced, where there is one. */
  generation?: string
  /** Whether the key's version stands in a column too, `key_version`; else the envelope is asked. */
  keyVersion?: true
}

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'token_vault',
    sealed: 'sealed',
    owner: 'account_id',
    generation: 'generation',
    keyVersion: true,
  },
  { table: 'apps', sealed: 'secret_sealed', owner: 'id', keyVersion: true },
  {
    table: 'webhook_secrets',
    sealed: 'sealed',
    owner: 'endpoint_id',
    generation: 'generation',
    keyVersion: true,
  },
  { table: 'posts', sealed: 'upload_sealed', owner: 'id', generation: 'init_attempt' },
  { table: 'connect_sessions', sealed: 'verifier_sealed', owner: 'id' },
  { table: 'idempotency_keys', sealed: 'answer_sealed', owner: 'key' },
]

export interface SealedRow {
  workspaceId: string
  owner: string
  generation: number
  sealed: Uint8Array
}

/** `token_vault.sealed`, as the vault names a place. */
export function nameOf({ table, sealed }: SealedColumn): string {
  return `${table}.${sealed}`
}

const versionOf = ({ keyVersion, sealed }: SealedColumn): RawBuilder<number | null> =>
  keyVersion === true ? sql.ref('key_version') : sql`sealed_under(${sql.ref(sealed)})`

/** As the partial indexes say it. */
const isSealed = ({ sealed }: SealedColumn): RawBuilder<boolean> => sql`${sql.ref(sealed)} is not null`

/**
 * Envelopes under another master key than `keyVersion`, by index, locked until the transaction ends; those that others
 * hold are passed over.
 * @param except owners that were found not to open
 */
export async function lockSealedUnderOthers(
  tx: Transaction,
  column: SealedColumn,
  keyVersion: number,
  { limit, except }: { limit: number; except: readonly string[] },
): Promise<SealedRow[]> {
  const version = versionOf(column)
  const rows: SealedRow[] = []
  // Newer ones are there after a rotation was taken back. Two ranges, because an index has no "other than".
  for (const compare of ['<', '>']) {
    if (rows.length === limit) break
    rows.push(
      ...(await selectSealed(
        tx,
        column,
        sql`${version} ${sql.raw(compare)} ${keyVersion} and ${sql.ref(column.owner)} <> all(${except}::text[])`,
        sql`order by ${version} limit ${limit - rows.length} for update skip locked`,
      )),
    )
  }
  return rows
}

/** Some envelopes under this version, as a sample. */
export function sampleSealedUnder(
  db: Database,
  column: SealedColumn,
  keyVersion: number,
  limit: number,
): Promise<SealedRow[]> {
  return selectSealed(db, column, sql`${versionOf(column)} = ${keyVersion}`, sql`limit ${limit}`)
}

async function selectSealed(
  db: Database,
  column: SealedColumn,
  where: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<SealedRow[]> {
  const { table, sealed, owner, generation } = column
  const { rows } = await sql<{ workspace_id: string; owner: string; generation: number; sealed: Uint8Array }>`
    select workspace_id, ${sql.ref(owner)} as owner, ${sql.ref(sealed)} as sealed,
      ${generation === undefined ? sql`1` : sql.ref(generation)} as generation
    from ${sql.table(table)} where ${isSealed(column)} and ${where} ${rest}`.execute(db)
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    owner: row.owner,
    generation: Number(row.generation),
    sealed: row.sealed,
  }))
}

/** Puts envelopes back under `keyVersion`, in the transaction that locked them. */
export async function replaceSealed(
  tx: Transaction,
  column: SealedColumn,
  rows: readonly SealedRow[],
  keyVersion: number,
): Promise<void> {
  if (rows.length === 0) return
  const { table, sealed, owner, generation } = column
  const target = (name: string) => sql.ref(`target.${name}`)
  await sql`
    update ${sql.table(table)} as target set ${sql.ref(sealed)} = renewed.sealed
      ${column.keyVersion === true ? sql`, key_version = ${keyVersion}` : sql``}
    from unnest(${rows.map((row) => row.workspaceId)}::text[], ${rows.map((row) => row.owner)}::text[],
      ${rows.map((row) => row.generation)}::bigint[], ${rows.map((row) => Buffer.from(row.sealed))}::bytea[])
      as renewed(workspace_id, owner, generation, sealed)
    where ${target('workspace_id')} = renewed.workspace_id and ${target(owner)} = renewed.owner
      ${generation === undefined ? sql`` : sql`and ${target(generation)} = renewed.generation`}`.execute(tx)
}

/** How many envelopes of a column stand under which master key other than `keyVersion`. */
export async function countSealedUnderOthers(
  db: Database,
  column: SealedColumn,
  keyVersion: number,
): Promise<{ version: number; count: number }[]> {
  const version = versionOf(column)
  const range = (compare: string) => sql`
    select ${version} as version, count(*) as count from ${sql.table(column.table)}
    where ${isSealed(column)} and ${version} ${sql.raw(compare)} ${keyVersion} group by 1`
  const { rows } = await sql<{ version: number; count: number }>`
    ${range('<')} union all ${range('>')}`.execute(db)
  return rows.map(({ version: found, count }) => ({ version: found, count: Number(count) }))
}

/** Versions that a column needs, each found by one step through the index, however many rows there are. */
export async function versionsInUse(db: Database, column: SealedColumn): Promise<number[]> {
  const version = versionOf(column)
  const smallest = (above: RawBuilder<unknown>) => sql`
    select ${version} from ${sql.table(column.table)} where ${isSealed(column)} and ${version} ${above}
    order by ${version} limit 1`
  const { rows } = await sql<{ version: number }>`
    with recursive used(version) as (
      (${smallest(sql`is not null`)})
      union all
      select (${smallest(sql`> used.version`)}) from used where used.version is not null)
    select version from used where version is not null`.execute(db)
  return rows.map((row) => row.version)
}

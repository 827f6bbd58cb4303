/** `db export` and `db import`: the hub's whole database in one file, since no pg_dump comes along. */
import { resolve } from 'node:path'
import type { Config } from '@tockwork/hub'
import type { Context } from '../context.ts'
import { hubTrouble } from './hub-trouble.ts'

export async function exportTo(context: Context, file: string): Promise<void> {
  const { exportDatabase } = await import('@tockwork/hub')
  const path = resolve(context.cwd, file)
  const rows = await hubTrouble(async () => exportDatabase(await hubConfig(context), path))
  context.out.result({ file: path, rows }, [`Wrote ${path}.`, ...rowLines(rows)])
}

export async function importFrom(context: Context, file: string): Promise<void> {
  const { importDatabase } = await import('@tockwork/hub')
  const path = resolve(context.cwd, file)
  const rows = await hubTrouble(async () => importDatabase(await hubConfig(context), path))
  context.out.result({ file: path, rows }, [`Took everything from ${path}.`, ...rowLines(rows)])
}

export async function hubConfig({ config, cwd }: Context): Promise<Config> {
  const { parseConfig } = await import('@tockwork/hub')
  return { ...parseConfig(config.environment, { cwd }), dataDir: config.dataDir }
}

function rowLines(rows: Readonly<Record<string, number>>): string[] {
  return Object.entries(rows).map(([table, count]) => `  ${String(count).padStart(8)}  ${table}`)
}

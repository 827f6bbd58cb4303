import { createReadStream, createWriteStream } from 'node:fs'
import { access, constants, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip, createGzip } from 'node:zlib'
import { type Clock, systemClock } from '@tockwork/kernel'
import type { Config } from './config.ts'
import { DatabaseError } from './storage/database.ts'
import { migrate } from './storage/migrate.ts'
import { exportLines, importLines, type TransferCounts } from './storage/transfer.ts'
import { withDatabase } from './with-database.ts'

/**
 * Writes the configured database to a file, gzip when its name ends in `.gz`; a hub may run on it meanwhile. The file
 * appears when it is whole. Keep `secret.key` (or TOCKWORK_SECRET_KEY) and the `assets` folder beside it.
 * @returns how many rows of each table.
 */
export async function exportDatabase(
  config: Config,
  file: string,
  clock: Clock = systemClock,
): Promise<TransferCounts> {
  return await withDatabase(config, async (db, jobs) => {
    await migrate(db)
    await jobs.start({ work: false })
    let counts: TransferCounts = {}
    const lines = async function* (): AsyncGenerator<string> {
      counts = yield* exportLines(db, { now: clock.now(), jobs: (tx) => jobs.undone(tx) })
    }
    const draft = `${file}.part`
    try {
      const out = createWriteStream(draft, { mode: 0o600 })
      await (file.endsWith('.gz')
        ? pipeline(Readable.from(lines()), createGzip(), out)
        : pipeline(Readable.from(lines()), out))
      await rename(draft, file)
    } finally {
      await rm(draft, { force: true })
    }
    return counts
  })
}

/**
 * Fills the configured database, which has to be empty, from a file that `exportDatabase` wrote. No hub may run on it.
 * @returns how many rows of each table.
 */
export async function importDatabase(config: Config, file: string): Promise<TransferCounts> {
  // Before anything is started: most often it is the name that is wrong.
  await access(file, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'There is no such file' : `The file cannot be read (${cause.code})`
    throw new DatabaseError('bad_export', `${why}: ${file}`, { cause })
  })
  return await withDatabase(config, async (db, jobs) => {
    await jobs.start({ work: false })
    const known = new Set<string>()
    return await importLines(db, linesOf(file), {
      putJob: async (tx, { name, data, key, at }) => {
        if (!known.has(name)) await jobs.addQueue(name)
        known.add(name)
        await jobs.send(name, data, { tx, at, ...(key === null ? {} : { key }) })
      },
    })
  })
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file)
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  // A pipe does not hand errors on.
  bytes.once('error', (error) => text.destroy(error))
  const decoder = new StringDecoder('utf8')
  let rest = ''
  try {
    for await (const chunk of text) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (cause) {
    if (!/^Z_/.test(String(Reflect.get(Object(cause), 'code')))) throw cause
    throw new DatabaseError('bad_export', 'The file is damaged or was cut off', { cause })
  } finally {
    bytes.destroy()
  }
  if (rest !== '') yield rest
}

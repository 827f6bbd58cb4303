import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { join, resolve } from 'node:path'

export interface Dashboard {
  /** Holds `index.html` and `assets/`. */
  readonly folder: string
  state(): 'ready' | 'building' | 'failed'
  /** Why it could not be built. */
  readonly problem: string | undefined
  /** Ends once it is built, or is known not to be. */
  readonly settled: Promise<void>
  /** Stops a build that is under way. */
  close(): void
}

export interface DashboardParts {
  /** Told in one line each: that it is built, how that went. */
  say?: (line: string) => void
}

const PACKAGE = resolve(import.meta.dirname, '..')
const WEB = join(PACKAGE, 'web')
const STAMP = '.sources'
/** What a build is made of, besides the versions in the lock file. */
const SOURCES = ['index.html', 'vite.config.ts', 'package.json', 'src/app/**/*', '../api/src/**/*.ts']

/**
 * What is installed has its dashboard with it. In the repository it is built by a process of its own when its sources are
 * not those of the last build; whoever asks meanwhile is told that it is being built, or gets the last one.
 */
export function openDashboard({ say = () => undefined }: DashboardParts = {}): Dashboard {
  const ready = { folder: WEB, problem: undefined, settled: Promise.resolve(), close: () => undefined }
  if (!existsSync(join(PACKAGE, 'src/app/main.tsx'))) return { ...ready, state: () => 'ready' }
  const stamp = stampOfSources()
  if (readStamp() === stamp) return { ...ready, state: () => 'ready' }
  const build = startBuild(stamp)
  let problem: string | undefined
  let building = true
  const settled = build.done.then(
    () => {
      building = false
      say('The dashboard is built.')
    },
    (error: Error) => {
      building = false
      ;({ message: problem } = error)
      say(`The dashboard could not be built: ${problem}`)
    },
  )
  return {
    folder: WEB,
    settled,
    close: build.stop,
    state: () => (!building && problem === undefined ? 'ready' : building ? 'building' : 'failed'),
    get problem() {
      return problem
    },
  }
}

function stampOfSources(): string {
  const hash = createHash('sha256')
  const files = globSync(SOURCES, { cwd: PACKAGE, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(file).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

function readStamp(): string | undefined {
  try {
    return readFileSync(join(WEB, STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/** Built beside and put in place whole, so that nobody is served half of it and two builds do not meet. */
function startBuild(stamp: string): { done: Promise<void>; stop: () => void } {
  const folder = mkdtempSync(join(PACKAGE, '.web-'))
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js')
  const child = spawn(
    process.execPath,
    [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    {
      cwd: PACKAGE,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said = `${said}${data}`.slice(-4_000)
    })
  // The hub's own start goes first.
  if (child.pid !== undefined) lower(child.pid)
  const done = new Promise<void>((built, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      try {
        if (code !== 0) throw new Error(said.trim() || `vite ended with ${code}`)
        writeFileSync(join(folder, STAMP), stamp)
        rmSync(WEB, { recursive: true, force: true })
        renameSync(folder, WEB)
        built()
      } catch (error) {
        // Another process was quicker, with the same sources.
        if (readStamp() === stamp) built()
        else fail(error)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
  return { done, stop: () => void child.kill() }
}

function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It may be over already; then there is nothing to lower.
  }
}

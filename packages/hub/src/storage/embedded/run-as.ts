import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseError } from '../database.ts'

/** Under whom the server runs, and how a command is started so. */
export interface RunAs {
  /** Undefined: as ourselves. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** Arguments for `spawn`. */
  command(
    program: string,
    args: readonly string[],
  ): {
    program: string
    args: string[]
    options: { uid?: number; gid?: number }
  }
}

const OURSELVES: RunAs = {
  owner: undefined,
  command: (program, args) => ({ program, args: [...args], options: {} }),
}

/** `nobody`; it has an entry in every passwd file, which initdb insists on. */
const NOBODY = 65_534

/**
 * PostgreSQL refuses to run as root, so root hands it to the owner of the data, or to `nobody`. Where that user cannot
 * enter a folder on the way (a home of mode 0700), util-linux's `setpriv` lets it pass with the one capability to
 * search folders and read; without that there is no way, and the message says which folder is in it.
 *
 * @param places folders and programs that the server has to reach
 * @param data the data folder; its owner is kept when it exists
 * @throws {DatabaseError} `no_server` when root cannot find a way
 */
export function runAs(places: readonly string[], data: string): RunAs {
  if (process.getuid?.() !== 0) return OURSELVES
  const there = statSync(data, { throwIfNoEntry: false })
  const owner =
    there !== undefined && there.uid !== 0 ? { uid: there.uid, gid: there.gid } : { uid: NOBODY, gid: NOBODY }
  const closed = places
    .map((place) => closedFolder(place, owner.uid, owner.gid))
    .find((folder) => folder !== undefined)
  if (closed === undefined)
    return { owner, command: (program, args) => ({ program, args: [...args], options: owner }) }
  const prefix = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
    '--',
  ]
  try {
    execFileSync('setpriv', [...prefix, 'true'], { stdio: 'ignore', timeout: 10_000 })
  } catch (cause) {
    throw new DatabaseError(
      'no_server',
      `PostgreSQL does not run as root, and the user it would run as (uid ${owner.uid}) cannot enter ${closed}. ` +
        'Run as another user, or put TOCKWORK_DATA_DIR and the program where everyone may enter (chmod o+x).',
      { cause },
    )
  }
  return {
    owner,
    command: (program, args) => ({ program: 'setpriv', args: [...prefix, program, ...args], options: {} }),
  }
}

/** The first folder on the way to `place`, from the root, that the user may not pass through. */
function closedFolder(place: string, uid: number, gid: number): string | undefined {
  const folders: string[] = []
  for (let at = dirname(resolve(place)); ; at = dirname(at)) {
    folders.unshift(at)
    if (at === dirname(at)) break
  }
  return folders.find((folder) => {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat === undefined) return false
    const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001
    return (stat.mode & bit) === 0
  })
}

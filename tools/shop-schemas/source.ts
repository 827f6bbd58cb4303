/** Where the OpenAPI files come from. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenApiOperation } from './model.ts'

/** Published by TikTok under the MIT licence. It is not a dependency: only who writes the models anew needs it. */
const PACKAGE = '@tts-open-toolkit/cli@0.1.7'
const INTEGRITY =
  'sha512-FwEzWJGvtke1nYDBVwjw0Qyl3dAEh+oMic2Z1MNjg1CI3D6glQvP3/ecwADf66Tf3Aw/VnZBhJ2RIlwO5dlBdQ=='
const PATHS = 'skills/tts-openapi-guide/references/oas/paths'

/** Operations by `VERB /path`. @param folder of the package, unpacked; fetched and checked when left out */
export function readSource(folder: string | undefined): Map<string, OpenApiOperation> {
  if (folder !== undefined) return readPaths(join(folder, PATHS))
  const scratch = mkdtempSync(join(tmpdir(), 'shop-schemas-'))
  try {
    // Its scripts do not run: it is unpacked, never installed.
    execFileSync('npm', ['pack', PACKAGE, '--silent', '--ignore-scripts', '--pack-destination', scratch])
    const [tarball = ''] = readdirSync(scratch)
    const found = `sha512-${createHash('sha512')
      .update(readFileSync(join(scratch, tarball)))
      .digest('base64')}`
    if (found !== INTEGRITY) throw new Error(`${PACKAGE}: its bytes are not those that are pinned (${found})`)
    execFileSync('tar', ['xzf', tarball], { cwd: scratch })
    return readPaths(join(scratch, 'package', PATHS))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readPaths(folder: string): Map<string, OpenApiOperation> {
  const operations = new Map<string, OpenApiOperation>()
  for (const file of readdirSync(folder).sort()) {
    const { paths } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      paths: Record<string, Record<string, OpenApiOperation>>
    }
    for (const [path, verbs] of Object.entries(paths))
      for (const [verb, operation] of Object.entries(verbs))
        operations.set(shapeOf(verb.toUpperCase(), path), operation)
  }
  return operations
}

/** A verb and path without the names of its placeholders, which sources spell differently. */
export function shapeOf(verb: string, path: string): string {
  return `${verb} ${path.replace(/\{[^}]*\}/g, '{}')}`
}
